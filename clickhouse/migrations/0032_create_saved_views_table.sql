-- Views of lists that people gave a name. Few rows, read again every few seconds by every API process; a deletion is a row, too. The time of a
-- change is ClickHouse's own, so that several processes agree on which came last.
CREATE TABLE IF NOT EXISTS saved_views
(
    tenant LowCardinality(String) CODEC(ZSTD(1)),
    id String CODEC(ZSTD(1)),
    name String CODEC(ZSTD(1)),
    owner String CODEC(ZSTD(1)),
    filter_json String CODEC(ZSTD(1)),
    created_at DateTime64(6) CODEC(Delta, ZSTD(1)),
    updated_at DateTime64(6) DEFAULT now64(6) CODEC(Delta, ZSTD(1)),
    is_deleted UInt8 CODEC(ZSTD(1))
)
ENGINE = ReplacingMergeTree(updated_at, is_deleted)
ORDER BY (tenant, id)
