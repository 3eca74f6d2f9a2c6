-- How long each tenant keeps what: one row, a JSON document. A tenant without one has the defaults.
CREATE TABLE IF NOT EXISTS retention_rules
(
    tenant LowCardinality(String) CODEC(ZSTD(1)),
    id String CODEC(ZSTD(1)),
    settings_json String CODEC(ZSTD(1)),
    updated_by String CODEC(ZSTD(1)),
    updated_at DateTime64(6) DEFAULT now64(6) CODEC(Delta, ZSTD(1)),
    is_deleted UInt8 CODEC(ZSTD(1))
)
ENGINE = ReplacingMergeTree(updated_at, is_deleted)
ORDER BY (tenant, id)
