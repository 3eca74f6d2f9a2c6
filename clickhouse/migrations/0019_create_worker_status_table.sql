-- How far a job has come, so that a restart goes on from there and a person can see how far behind it is.
CREATE TABLE IF NOT EXISTS worker_status
(
    job LowCardinality(String) CODEC(ZSTD(1)),
    updated_at DateTime64(6) CODEC(Delta, ZSTD(1)),
    owner String CODEC(ZSTD(1)),
    position DateTime64(6) CODEC(Delta, ZSTD(1)),
    lag_ms Float64 CODEC(ZSTD(1)),
    traces_waiting UInt64 CODEC(T64, ZSTD(1)),
    traces_settled UInt64 CODEC(T64, ZSTD(1)),
    executions_written UInt64 CODEC(T64, ZSTD(1)),
    fault String CODEC(ZSTD(1))
)
ENGINE = ReplacingMergeTree(updated_at)
ORDER BY job
