-- Odd hours and bursts of executions as the worker found them. What is found again replaces itself; what turned out to be usual is deleted.
CREATE TABLE IF NOT EXISTS execution_patterns
(
    tenant LowCardinality(String) CODEC(ZSTD(1)),
    started_at DateTime CODEC(Delta, ZSTD(1)),
    ended_at DateTime CODEC(Delta, ZSTD(1)),
    pattern LowCardinality(String) CODEC(ZSTD(1)),
    value Float64 CODEC(ZSTD(1)),
    expected Float64 CODEC(ZSTD(1)),
    expected_low Float64 CODEC(ZSTD(1)),
    expected_high Float64 CODEC(ZSTD(1)),
    score Float64 CODEC(ZSTD(1)),
    basis LowCardinality(String) CODEC(ZSTD(1)),
    samples UInt32 CODEC(T64, ZSTD(1)),
    executions UInt64 CODEC(T64, ZSTD(1)),
    failures UInt64 CODEC(T64, ZSTD(1)),
    reason String CODEC(ZSTD(1)),
    detected_at DateTime64(6) CODEC(Delta, ZSTD(1)),
    is_deleted UInt8 CODEC(ZSTD(1))
)
ENGINE = ReplacingMergeTree(detected_at, is_deleted)
PARTITION BY toYYYYMM(started_at, 'UTC')
ORDER BY (tenant, started_at, pattern)
TTL started_at + INTERVAL 400 DAY
SETTINGS index_granularity = 256
