-- Jobs that read executions out of an engine's own records. Each version of a job replaces the one before, so that another worker goes on
-- where the last committed page ended, and every API process can tell how far it is.
CREATE TABLE IF NOT EXISTS sync_jobs
(
    tenant LowCardinality(String) CODEC(ZSTD(1)),
    environment LowCardinality(String) CODEC(ZSTD(1)),
    job_id String CODEC(ZSTD(1)),
    created_at DateTime64(6) CODEC(Delta, ZSTD(1)),
    updated_at DateTime64(6) CODEC(Delta, ZSTD(1)),
    state Enum8('queued' = 1, 'running' = 2, 'done' = 3, 'partial' = 4, 'failed' = 5, 'cancelled' = 6) CODEC(ZSTD(1)),
    instance String CODEC(ZSTD(1)),
    cursor String CODEC(ZSTD(1)),
    pages_committed UInt32 CODEC(ZSTD(1)),
    current UInt64 CODEC(ZSTD(1)),
    total Nullable(UInt64) CODEC(ZSTD(1)),
    skipped UInt64 CODEC(ZSTD(1)),
    unread UInt64 CODEC(ZSTD(1)),
    unread_first String CODEC(ZSTD(1)),
    incomplete UInt64 CODEC(ZSTD(1)),
    incomplete_first String CODEC(ZSTD(1)),
    error String CODEC(ZSTD(1)),
    owner String CODEC(ZSTD(1)),
    version UInt64 CODEC(ZSTD(1))
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (tenant, environment, job_id)
TTL toDateTime(updated_at) + INTERVAL 90 DAY
