-- Traces and executions that an erasure takes, as hashes: put down before anything goes, so that it can begin again, and what comes late of
-- them is erased again.
CREATE TABLE IF NOT EXISTS erased_keys
(
    tenant LowCardinality(String) CODEC(ZSTD(1)),
    erasure_id String CODEC(ZSTD(1)),
    key_hash FixedString(16) CODEC(NONE),
    erased_at DateTime CODEC(Delta, ZSTD(1))
)
ENGINE = ReplacingMergeTree
ORDER BY (tenant, erasure_id, key_hash)
TTL erased_at + INTERVAL 8 DAY
