SELECT
  trace,
  arrayMap(line -> (toString(line.1), line.2, line.3), arraySort(argMax(lines, generation))) AS lines
FROM (
  SELECT
    lower(hex(trace_id)) AS trace,
    toUInt64OrZero(attributes['runlens.log.generation']) AS generation,
    groupUniqArray(10000)((toUnixTimestamp64Nano(time), body, attributes['runlens.log.format'])) AS lines
  FROM logs
  WHERE tenant = {tenant:String}
    AND (toStartOfFiveMinutes(time, 'UTC') BETWEEN fromUnixTimestamp64Nano({from_0:Int64}, 'UTC') AND fromUnixTimestamp64Nano({to_0:Int64}, 'UTC'))
    AND event_name = 'runlens.execution.log'
    AND trace_id IN (SELECT toFixedString(unhex(arrayJoin({trace_ids:Array(String)})), 16))
  GROUP BY trace, generation
)
GROUP BY trace
