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
    FROM executions FINAL
    WHERE tenant = {tenant:String}
      AND anchor_at IN (
      SELECT anchor_at
      FROM executions
      WHERE tenant = {tenant:String}
        AND started_at >= fromUnixTimestamp64Nano({from:Int64}, 'UTC')
        AND started_at < fromUnixTimestamp64Nano({to:Int64}, 'UTC')
        AND kind NOT IN ('query', 'request')
        AND error_fingerprint = ''
        AND status IN {stored_statuses:Array(String)}
        AND if(status IN ('queued', 'running') AND if(isNull(heartbeat_at), last_seen_at < fromUnixTimestamp64Nano({lost_before:Int64}, 'UTC'), assumeNotNull(heartbeat_at) < fromUnixTimestamp64Nano({heartbeat_before:Int64}, 'UTC')), 'lost', toString(status)) IN {statuses:Array(String)}
      ORDER BY started_at DESC
      LIMIT 1 BY anchor_at
      LIMIT {sample:UInt32}
      )
      AND started_at >= fromUnixTimestamp64Nano({from:Int64}, 'UTC')
      AND started_at < fromUnixTimestamp64Nano({to:Int64}, 'UTC')
      AND kind NOT IN ('query', 'request')
      AND error_fingerprint = ''
      AND status IN {stored_statuses:Array(String)}
      AND if(status IN ('queued', 'running') AND if(isNull(heartbeat_at), last_seen_at < fromUnixTimestamp64Nano({lost_before:Int64}, 'UTC'), assumeNotNull(heartbeat_at) < fromUnixTimestamp64Nano({heartbeat_before:Int64}, 'UTC')), 'lost', toString(status)) IN {statuses:Array(String)}
    ORDER BY started_at DESC
    LIMIT 1 BY execution_id, instance
    LIMIT {sample:UInt32}
  )
)
GROUP BY trait
ORDER BY executions DESC, trait
LIMIT {limit:UInt32}
