SELECT
  fingerprint,
  sumMapIf(map(toUInt32(intDiv((at - {from:Int64}) * {buckets:UInt32}, {length:Int64})), n), 1) AS series,
  arrayMap(s -> CAST((toString(-s.1), s.2, s.3, s.4, s.5), 'Tuple(ns String, execution_id String, instance String, message String, workflow_id String)'), groupArraySortedArrayIf(5)(arrayMap(s -> (s.1, s.2, s.3, s.4, toString(workflow_id)), newest), 1)) AS samples
FROM (
  SELECT
    toString(error_fingerprint) AS fingerprint,
    toInt64(toUnixTimestamp(hour)) * 1000000000 AS at,
    workflow_id,
    workflow_name,
    error_type,
    error_class,
    failed_step,
    users AS hit_users,
    samples AS newest,
    first_started_at AS first_at,
    last_started_at AS last_at,
    executions AS n
  FROM error_hours FINAL
  WHERE tenant = {tenant:String}
    AND hour >= fromUnixTimestamp64Nano({errors_from:Int64}, 'UTC')
    AND hour < fromUnixTimestamp64Nano({errors_to:Int64}, 'UTC')
    AND toUnixTimestamp(hour) NOT IN {raw_hours:Array(UInt32)}
    AND executions > 0
    AND error_fingerprint IN {fingerprints:Array(String)}
)
GROUP BY fingerprint
