SELECT
  trait,
  count() AS executions
FROM (
  SELECT arrayJoin(arrayDistinct(arrayConcat([''], arrayMap(t -> concat(t.1, '\x1F', t.2), arrayFilter(t -> t.2 != '' AND lengthUTF8(t.2) <= 256, arrayConcat([('workflow', toString(workflow_id)), ('version', toString(workflow_version)), ('environment', toString(environment)), ('service', toString(service)), ('user', user_id), ('conversation', conversation_id), ('mode', toString(mode)), ('provider', toString(provider)), ('instance', toString(instance)), ('database', toString(database_type)), ('attempt', toString(attempt))], arraySlice(arrayFilter(t -> NOT match(lower(t.1), '[._](status|state|result|error|exception|stack|output)|^attr[.](user|session|enduser)[.]id$|^attr[.]runlens[.]execution[.]attempt$'), arrayMap((k, v) -> (concat('attr.', toString(k)), v), mapKeys(attributes), mapValues(attributes))), 1, 100))))))) AS trait
  FROM (
    SELECT
      execution_id,
      instance,
      started_at,
      workflow_id,
      workflow_version,
      environment,
      service,
      user_id,
      conversation_id,
      mode,
      provider,
      database_type,
      attempt,
      attributes
    FROM executions
    WHERE tenant = {tenant:String}
      AND user_id = {owner:String}
      AND started_at >= fromUnixTimestamp64Nano({from:Int64}, 'UTC')
      AND started_at < fromUnixTimestamp64Nano({to:Int64}, 'UTC')
      AND kind IN {kinds:Array(String)}
      AND environment = {environment:String}
      AND workflow_id = {workflow_id:String}
      AND status = 'success'
      AND workflow_id IN {workflow_ids:Array(String)}
      AND ((started_at >= fromUnixTimestamp64Nano({slice_0_0:Int64}, 'UTC') AND started_at < fromUnixTimestamp64Nano({slice_0_1:Int64}, 'UTC'))
        OR (started_at >= fromUnixTimestamp64Nano({slice_1_0:Int64}, 'UTC') AND started_at < fromUnixTimestamp64Nano({slice_1_1:Int64}, 'UTC'))
        OR (started_at >= fromUnixTimestamp64Nano({slice_2_0:Int64}, 'UTC') AND started_at < fromUnixTimestamp64Nano({slice_2_1:Int64}, 'UTC'))
        OR (started_at >= fromUnixTimestamp64Nano({slice_3_0:Int64}, 'UTC') AND started_at < fromUnixTimestamp64Nano({slice_3_1:Int64}, 'UTC'))
        OR (started_at >= fromUnixTimestamp64Nano({slice_4_0:Int64}, 'UTC') AND started_at < fromUnixTimestamp64Nano({slice_4_1:Int64}, 'UTC'))
        OR (started_at >= fromUnixTimestamp64Nano({slice_5_0:Int64}, 'UTC') AND started_at < fromUnixTimestamp64Nano({slice_5_1:Int64}, 'UTC'))
        OR (started_at >= fromUnixTimestamp64Nano({slice_6_0:Int64}, 'UTC') AND started_at < fromUnixTimestamp64Nano({slice_6_1:Int64}, 'UTC'))
        OR (started_at >= fromUnixTimestamp64Nano({slice_7_0:Int64}, 'UTC') AND started_at < fromUnixTimestamp64Nano({slice_7_1:Int64}, 'UTC'))
        OR (started_at >= fromUnixTimestamp64Nano({slice_8_0:Int64}, 'UTC') AND started_at < fromUnixTimestamp64Nano({slice_8_1:Int64}, 'UTC'))
        OR (started_at >= fromUnixTimestamp64Nano({slice_9_0:Int64}, 'UTC') AND started_at < fromUnixTimestamp64Nano({slice_9_1:Int64}, 'UTC'))
        OR (started_at >= fromUnixTimestamp64Nano({slice_10_0:Int64}, 'UTC') AND started_at < fromUnixTimestamp64Nano({slice_10_1:Int64}, 'UTC'))
        OR (started_at >= fromUnixTimestamp64Nano({slice_11_0:Int64}, 'UTC') AND started_at < fromUnixTimestamp64Nano({slice_11_1:Int64}, 'UTC'))
        OR (started_at >= fromUnixTimestamp64Nano({slice_12_0:Int64}, 'UTC') AND started_at < fromUnixTimestamp64Nano({slice_12_1:Int64}, 'UTC'))
        OR (started_at >= fromUnixTimestamp64Nano({slice_13_0:Int64}, 'UTC') AND started_at < fromUnixTimestamp64Nano({slice_13_1:Int64}, 'UTC'))
        OR (started_at >= fromUnixTimestamp64Nano({slice_14_0:Int64}, 'UTC') AND started_at < fromUnixTimestamp64Nano({slice_14_1:Int64}, 'UTC'))
        OR (started_at >= fromUnixTimestamp64Nano({slice_15_0:Int64}, 'UTC') AND started_at < fromUnixTimestamp64Nano({slice_15_1:Int64}, 'UTC'))
        OR (started_at >= fromUnixTimestamp64Nano({slice_16_0:Int64}, 'UTC') AND started_at < fromUnixTimestamp64Nano({slice_16_1:Int64}, 'UTC'))
        OR (started_at >= fromUnixTimestamp64Nano({slice_17_0:Int64}, 'UTC') AND started_at < fromUnixTimestamp64Nano({slice_17_1:Int64}, 'UTC'))
        OR (started_at >= fromUnixTimestamp64Nano({slice_18_0:Int64}, 'UTC') AND started_at < fromUnixTimestamp64Nano({slice_18_1:Int64}, 'UTC'))
        OR (started_at >= fromUnixTimestamp64Nano({slice_19_0:Int64}, 'UTC') AND started_at < fromUnixTimestamp64Nano({slice_19_1:Int64}, 'UTC'))
        OR (started_at >= fromUnixTimestamp64Nano({slice_20_0:Int64}, 'UTC') AND started_at < fromUnixTimestamp64Nano({slice_20_1:Int64}, 'UTC'))
        OR (started_at >= fromUnixTimestamp64Nano({slice_21_0:Int64}, 'UTC') AND started_at < fromUnixTimestamp64Nano({slice_21_1:Int64}, 'UTC'))
        OR (started_at >= fromUnixTimestamp64Nano({slice_22_0:Int64}, 'UTC') AND started_at < fromUnixTimestamp64Nano({slice_22_1:Int64}, 'UTC'))
        OR (started_at >= fromUnixTimestamp64Nano({slice_23_0:Int64}, 'UTC') AND started_at < fromUnixTimestamp64Nano({slice_23_1:Int64}, 'UTC')))
    LIMIT 1 BY execution_id, instance
    LIMIT {sample:UInt32}
  )
)
WHERE trait IN {traits:Array(String)}
GROUP BY trait
ORDER BY executions DESC, trait
LIMIT {limit:UInt32}
