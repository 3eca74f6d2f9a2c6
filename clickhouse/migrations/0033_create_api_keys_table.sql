-- Keys of the API and of the collector. Rows of one key merge by the maximum of each column, so that whoever notes a use at the
-- same moment can't take a revocation back.
CREATE TABLE IF NOT EXISTS api_keys
(
    tenant LowCardinality(String) CODEC(ZSTD(1)),
    id String CODEC(ZSTD(1)),
    name SimpleAggregateFunction(max, String) CODEC(ZSTD(1)),
    role SimpleAggregateFunction(max, String) CODEC(ZSTD(1)),
    subject SimpleAggregateFunction(max, String) CODEC(ZSTD(1)),
    sha256 SimpleAggregateFunction(max, String) CODEC(ZSTD(1)),
    created_at SimpleAggregateFunction(max, DateTime64(3)) CODEC(ZSTD(1)),
    expires_at SimpleAggregateFunction(max, Nullable(DateTime64(3))) CODEC(ZSTD(1)),
    revoked_at SimpleAggregateFunction(max, Nullable(DateTime64(3))) CODEC(ZSTD(1)),
    last_used_at SimpleAggregateFunction(max, Nullable(DateTime64(3))) CODEC(ZSTD(1))
)
ENGINE = AggregatingMergeTree
ORDER BY (tenant, id)
