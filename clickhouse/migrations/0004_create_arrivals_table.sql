-- The log that settling follows, in order of arrival. Hourly partitions, dropped whole after a day: a worker that was away for
-- longer lists what it missed from `spans`.
CREATE TABLE IF NOT EXISTS arrivals
(
    arrived_at DateTime64(6) CODEC(Delta, ZSTD(1)),
    tenant LowCardinality(String) CODEC(ZSTD(1)),
    trace_id FixedString(16) CODEC(ZSTD(1)),
    spans UInt32 CODEC(ZSTD(1)),
    first_started_at DateTime64(9) CODEC(Delta, ZSTD(1)),
    last_started_at DateTime64(9) CODEC(Delta, ZSTD(1)),
    services Array(String) CODEC(ZSTD(1))
)
ENGINE = MergeTree
PARTITION BY toStartOfHour(arrived_at, 'UTC')
ORDER BY arrived_at
TTL toDateTime(arrived_at) + INTERVAL 1 DAY
SETTINGS ttl_only_drop_parts = 1, non_replicated_deduplication_window = 10000
