SELECT
  countIf(waits) AS waiting,
  toString(toUnixTimestamp64Micro(minIf(dirty, waits))) AS oldest_us,
  toString(toUnixTimestamp64Micro(max(rebuilt))) AS rebuilt_us
FROM (
  SELECT
    max(dirty_at) AS dirty,
    max(rebuilt_at) AS rebuilt,
    dirty >= rebuilt AND max(frozen_at) = toDateTime64(0, 6) AND dirty_hours.hour + INTERVAL 1 HOUR <= fromUnixTimestamp64Nano({now:Int64}, 'UTC') AS waits
  FROM dirty_hours
  WHERE tenant = {tenant:String}
  GROUP BY dirty_hours.hour
)
