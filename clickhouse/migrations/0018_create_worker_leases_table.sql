-- Who may do a job of the worker. Claims are rows, because ClickHouse has no compare-and-set; the oldest one alive holds the job.
CREATE TABLE IF NOT EXISTS worker_leases
(
    job LowCardinality(String) CODEC(ZSTD(1)),
    owner String CODEC(ZSTD(1)),
    host String CODEC(ZSTD(1)),
    pid UInt32 CODEC(ZSTD(1)),
    claimed_at DateTime64(6) CODEC(Delta, ZSTD(1)),
    renewed_at DateTime64(6) CODEC(Delta, ZSTD(1)),
    expires_at DateTime64(6) CODEC(Delta, ZSTD(1))
)
ENGINE = ReplacingMergeTree(renewed_at)
ORDER BY (job, owner)
TTL toDateTime(expires_at) + INTERVAL 1 DAY
