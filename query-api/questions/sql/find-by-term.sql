SELECT
  toString(toUnixTimestamp64Micro(anchor_at)) AS anchor_us,
  execution_id,
  instance,
  toString(toUnixTimestamp64Nano(started_at)) AS sort_value,
  is_open
FROM
(
  SELECT anchor_at, execution_id, instance, addNanoseconds(toDateTime64(anchor_at, 9), started_offset_ns) AS started_at, is_open
  FROM execution_terms
  WHERE tenant = {tenant:String}
    AND term = {term:String}
    AND value = {value:String}
    AND addNanoseconds(toDateTime64(anchor_at, 9), started_offset_ns) >= fromUnixTimestamp64Nano({from:Int64}, 'UTC')
    AND addNanoseconds(toDateTime64(anchor_at, 9), started_offset_ns) < fromUnixTimestamp64Nano({to:Int64}, 'UTC')
  LIMIT {limit:UInt32}
)
ORDER BY started_at DESC NULLS LAST, execution_id DESC, instance DESC
