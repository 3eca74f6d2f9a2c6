-- Runs of retention, asked for and by schedule: what is to do, and what was done.
CREATE TABLE IF NOT EXISTS retention_runs
(
    tenant LowCardinality(String) CODEC(ZSTD(1)),
    id String CODEC(ZSTD(1)),
    state LowCardinality(String) CODEC(ZSTD(1)),
    trigger LowCardinality(String) CODEC(ZSTD(1)),
    requested_at DateTime64(6) CODEC(Delta, ZSTD(1)),
    started_at DateTime64(6) CODEC(Delta, ZSTD(1)),
    ended_at DateTime64(6) CODEC(Delta, ZSTD(1)),
    removed_json String CODEC(ZSTD(1)),
    fault String CODEC(ZSTD(1)),
    updated_at DateTime64(6) DEFAULT now64(6) CODEC(Delta, ZSTD(1))
)
ENGINE = ReplacingMergeTree(updated_at)
ORDER BY (tenant, id)
TTL toDateTime(updated_at) + INTERVAL 90 DAY
