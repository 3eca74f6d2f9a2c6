-- What people said of errors: resolved, ignored, open again. Few rows. `set_at` is what occurrences are compared with; which row came last is
-- told by ClickHouse's own time, so that several processes agree.
CREATE TABLE IF NOT EXISTS error_states
(
    tenant LowCardinality(String) CODEC(ZSTD(1)),
    fingerprint String CODEC(ZSTD(1)),
    state LowCardinality(String) CODEC(ZSTD(1)),
    set_at DateTime64(3) CODEC(Delta, ZSTD(1)),
    set_by String CODEC(ZSTD(1)),
    until_count UInt64 CODEC(T64, ZSTD(1)),
    until_rate Float64 CODEC(ZSTD(1)),
    count_before UInt64 CODEC(T64, ZSTD(1)),
    updated_at DateTime64(6) DEFAULT now64(6) CODEC(Delta, ZSTD(1)),
    is_deleted UInt8 CODEC(ZSTD(1))
)
ENGINE = ReplacingMergeTree(updated_at, is_deleted)
ORDER BY (tenant, fingerprint)
