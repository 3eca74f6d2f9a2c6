-- Hours of which the rollups no longer follow from `executions`. Marks and rebuilds meet here as two maxima, so neither can
-- overwrite the other. An hour of which retention removed executions is frozen: its rollups stay as they were last built, because they no
-- longer follow from what is left.
CREATE TABLE IF NOT EXISTS dirty_hours
(
    tenant LowCardinality(String) CODEC(ZSTD(1)),
    hour DateTime CODEC(Delta, ZSTD(1)),
    dirty_at SimpleAggregateFunction(max, DateTime64(6)) CODEC(ZSTD(1)),
    rebuilt_at SimpleAggregateFunction(max, DateTime64(6)) CODEC(ZSTD(1)),
    frozen_at SimpleAggregateFunction(max, DateTime64(6)) CODEC(ZSTD(1))
)
ENGINE = AggregatingMergeTree
ORDER BY (tenant, hour)
SETTINGS index_granularity = 256
