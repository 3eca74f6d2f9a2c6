-- Queries by user, hour, type of database and status: those of executions that are queries, and the database steps of all others. Rebuilt
-- with the hour in which the execution started (`started_hour`), while `hour` is the query's own. A row counts only if its generation is
-- that of the last rebuild of its `started_hour` (`rebuilt_at` in dirty_hours), so what vanished from an hour needs no row of zeros, for
-- which the hour would have to be looked for among all users. Ordered by user, because that is how it is asked; `is_total` has the same
-- over all users.
CREATE TABLE IF NOT EXISTS query_hours
(
    tenant LowCardinality(String) CODEC(ZSTD(1)),
    is_total UInt8 CODEC(ZSTD(1)),
    user_id String CODEC(ZSTD(1)),
    hour DateTime CODEC(Delta, ZSTD(1)),
    started_hour DateTime CODEC(Delta, ZSTD(1)),
    database_type LowCardinality(String) CODEC(ZSTD(1)),
    status Enum8('' = 0, 'queued' = 1, 'running' = 2, 'waiting' = 3, 'success' = 4, 'partial' = 5, 'failed' = 6, 'error' = 7, 'timeout' = 8, 'cancelled' = 9, 'lost' = 10) CODEC(ZSTD(1)),
    queries UInt64 CODEC(T64, ZSTD(1)),
    durations UInt64 CODEC(T64, ZSTD(1)),
    duration_ms_sum Float64 CODEC(ZSTD(1)),
    duration_ms_max Float64 CODEC(ZSTD(1)),
    rows_sum UInt64 CODEC(T64, ZSTD(1)),
    generation UInt64 CODEC(T64, ZSTD(1))
)
ENGINE = ReplacingMergeTree(generation)
PARTITION BY toYYYYMM(hour, 'UTC')
ORDER BY (tenant, is_total, user_id, hour, started_hour, database_type, status)
SETTINGS index_granularity = 256
