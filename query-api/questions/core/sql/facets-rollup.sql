SELECT facet, value, n, total, values_total
FROM (
  SELECT
    facet,
    value,
    n,
    sum(n) OVER (PARTITION BY facet) AS total,
    countIf(value != '') OVER (PARTITION BY facet) AS values_total,
    row_number() OVER (PARTITION BY facet, value = '' ORDER BY n DESC, value) AS place
  FROM (
    SELECT
      toUInt16(indexOf([grouping(key_0), grouping(key_1), grouping(key_2), grouping(key_3), grouping(key_4)], 0) - 1) AS facet,
      [toString(key_0), toString(key_1), toString(key_2), toString(key_3), toString(key_4)][facet + 1] AS value,
      sum(n) AS n
    FROM (
      SELECT
        n,
        shown AS key_0,
        shown AS key_1,
        kind AS key_2,
        environment AS key_3,
        workflow_id AS key_4
      FROM (
        SELECT
          toInt64(toUnixTimestamp(hour)) * 1000000000 >= {from:Int64} AS is_current,
          kind,
          environment,
          workflow_id,
          toString(status) AS shown,
          sum(executions) AS n
        FROM execution_hours FINAL
        WHERE tenant = {tenant:String}
          AND hour >= fromUnixTimestamp64Nano({previous_from:Int64}, 'UTC')
          AND hour < fromUnixTimestamp64Nano({to:Int64}, 'UTC')
          AND toUnixTimestamp(hour) NOT IN {raw_hours:Array(UInt32)}
          AND executions > 0
          AND status IN ('success', 'partial', 'failed', 'error', 'timeout', 'cancelled', 'lost')
          AND kind IN {kinds:Array(String)}
          AND environment = {environment:String}
          AND workflow_id = {workflow_id:String}
          AND status IN {rolled_statuses:Array(String)}
        GROUP BY is_current, kind, environment, workflow_id, shown
        UNION ALL
        SELECT
          toUnixTimestamp64Nano(started_at) >= {from:Int64} AS is_current,
          kind,
          environment,
          workflow_id,
          if(fell_silent, 'lost', toString(status)) AS shown,
          count() AS n
        FROM executions FINAL
        WHERE tenant = {tenant:String}
          AND started_at >= fromUnixTimestamp64Nano({previous_from:Int64}, 'UTC')
          AND started_at < fromUnixTimestamp64Nano({to:Int64}, 'UTC')
          AND workflow_id = {workflow_id:String}
          AND environment = {environment:String}
          AND kind IN {kinds:Array(String)}
          AND status IN {stored_statuses:Array(String)}
          AND if(status IN ('queued', 'running') AND if(isNull(heartbeat_at), last_seen_at < fromUnixTimestamp64Nano({lost_before:Int64}, 'UTC'), assumeNotNull(heartbeat_at) < fromUnixTimestamp64Nano({heartbeat_before:Int64}, 'UTC')), 'lost', toString(status)) IN {statuses:Array(String)}
          AND ((started_at >= fromUnixTimestamp64Nano({raw_hours_0_from:Int64}, 'UTC') AND started_at < fromUnixTimestamp64Nano({raw_hours_0_to:Int64}, 'UTC')))
        GROUP BY is_current, kind, environment, workflow_id, status, status IN ('queued', 'running') AND if(isNull(heartbeat_at), last_seen_at < fromUnixTimestamp64Nano({lost_before:Int64}, 'UTC'), assumeNotNull(heartbeat_at) < fromUnixTimestamp64Nano({heartbeat_before:Int64}, 'UTC')) AS fell_silent
        UNION ALL
        SELECT
          toUnixTimestamp64Nano(started_at) >= {from:Int64} AS is_current,
          kind,
          environment,
          workflow_id,
          if(fell_silent, 'lost', toString(status)) AS shown,
          count() AS n
        FROM executions FINAL
        WHERE tenant = {tenant:String}
          AND started_at >= fromUnixTimestamp64Nano({previous_from:Int64}, 'UTC')
          AND started_at < fromUnixTimestamp64Nano({to:Int64}, 'UTC')
          AND workflow_id = {workflow_id:String}
          AND environment = {environment:String}
          AND kind IN {kinds:Array(String)}
          AND status IN {stored_statuses:Array(String)}
          AND if(status IN ('queued', 'running') AND if(isNull(heartbeat_at), last_seen_at < fromUnixTimestamp64Nano({lost_before:Int64}, 'UTC'), assumeNotNull(heartbeat_at) < fromUnixTimestamp64Nano({heartbeat_before:Int64}, 'UTC')), 'lost', toString(status)) IN {statuses:Array(String)}
          AND ((started_at >= fromUnixTimestamp64Nano({open_hours_0_from:Int64}, 'UTC') AND started_at < fromUnixTimestamp64Nano({open_hours_0_to:Int64}, 'UTC')))
          AND status IN ('queued', 'running', 'waiting')
        GROUP BY is_current, kind, environment, workflow_id, status, status IN ('queued', 'running') AND if(isNull(heartbeat_at), last_seen_at < fromUnixTimestamp64Nano({lost_before:Int64}, 'UTC'), assumeNotNull(heartbeat_at) < fromUnixTimestamp64Nano({heartbeat_before:Int64}, 'UTC')) AS fell_silent
      )
    )
    GROUP BY GROUPING SETS ((key_0), (key_1), (key_2), (key_3), (key_4))
  )
)
WHERE place <= if(facet = 0, 100, {limit:UInt32})
ORDER BY facet, value = '', n DESC, value
