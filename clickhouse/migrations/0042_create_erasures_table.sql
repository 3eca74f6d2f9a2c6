-- What is to be erased, and what was. Whom or what a row means is a hash only: nothing of what is erased stays here. Until
-- `suppressed_until` what comes late of it is erased again; then the hash goes, too.
CREATE TABLE IF NOT EXISTS erasures
(
    tenant LowCardinality(String) CODEC(ZSTD(1)),
    id String CODEC(ZSTD(1)),
    target LowCardinality(String) CODEC(ZSTD(1)),
    subject_hash String CODEC(ZSTD(1)),
    state LowCardinality(String) CODEC(ZSTD(1)),
    requested_at DateTime64(6) CODEC(Delta, ZSTD(1)),
    ended_at DateTime64(6) CODEC(Delta, ZSTD(1)),
    swept_at DateTime64(6) CODEC(Delta, ZSTD(1)),
    suppressed_until DateTime64(6) CODEC(Delta, ZSTD(1)),
    erased_json String CODEC(ZSTD(1)),
    fault String CODEC(ZSTD(1)),
    updated_at DateTime64(6) DEFAULT now64(6) CODEC(Delta, ZSTD(1))
)
ENGINE = ReplacingMergeTree(updated_at)
ORDER BY (tenant, id)
TTL toDateTime(updated_at) + INTERVAL 400 DAY
