SELECT * EXCEPT workflow, workflow AS workflow_id
FROM (
  SELECT
    NOT (place <= {limit:UInt32}) AS is_other,
    if(place <= {limit:UInt32}, workflow_id, '') AS workflow,
    argMax(latest_name, last_started) AS name,
    sumMap(map(shown, n)) AS by_status,
    sumIf(n, 1) AS total,
    sumIf(n, 1 AND shown = 'success') AS success,
    sumIf(n, 1 AND shown IN ('partial', 'failed', 'error', 'timeout', 'cancelled', 'lost')) AS failure,
    sumIf(n, 1 AND shown IN ('queued', 'running', 'waiting')) AS running,
    sumIf(durations, 1) AS durations_count,
    sumIf(duration_sum, 1) AS duration_total,
    quantilesExactMergeIf(0.5, 0.75, 0.9, 0.95, 0.99)(state, 1) AS quantiles
  FROM (
    SELECT *, dense_rank() OVER (ORDER BY executions DESC, workflow_id) AS place
    FROM (
      SELECT *, sum(n) OVER (PARTITION BY workflow_id) AS executions
      FROM (
        SELECT
          toUnixTimestamp64Nano(started_at) >= {from:Int64} AS is_current,
          workflow_id,
          if(fell_silent, 'lost', toString(status)) AS shown,
          count() AS n,
          countIf(duration_ms IS NOT NULL AND (fell_silent OR status IN ('success', 'partial', 'failed', 'error', 'timeout', 'cancelled', 'lost'))) AS durations,
          sumIf(assumeNotNull(duration_ms), duration_ms IS NOT NULL AND (fell_silent OR status IN ('success', 'partial', 'failed', 'error', 'timeout', 'cancelled', 'lost'))) AS duration_sum,
          quantilesExactStateIf(0.5, 0.75, 0.9, 0.95, 0.99)(assumeNotNull(duration_ms), duration_ms IS NOT NULL AND (fell_silent OR status IN ('success', 'partial', 'failed', 'error', 'timeout', 'cancelled', 'lost'))) AS state,
          max(started_at) AS last_started,
          argMax(workflow_name, started_at) AS latest_name,
          uniqExactArrayState(if(user_id != '' AND (fell_silent OR status IN ('partial', 'failed', 'error', 'timeout', 'cancelled', 'lost')), [sipHash128(user_id)], [])) AS failed_users
        FROM executions FINAL
        WHERE tenant = {tenant:String}
          AND started_at >= fromUnixTimestamp64Nano({previous_from:Int64}, 'UTC')
          AND started_at < fromUnixTimestamp64Nano({to:Int64}, 'UTC')
          AND workflow_id = {workflow_id:String}
          AND environment = {environment:String}
          AND kind IN {kinds:Array(String)}
          AND status IN {stored_statuses:Array(String)}
          AND if(status IN ('queued', 'running') AND if(isNull(heartbeat_at), last_seen_at < fromUnixTimestamp64Nano({lost_before:Int64}, 'UTC'), assumeNotNull(heartbeat_at) < fromUnixTimestamp64Nano({heartbeat_before:Int64}, 'UTC')), 'lost', toString(status)) IN {statuses:Array(String)}
        GROUP BY is_current, workflow_id, status, status IN ('queued', 'running') AND if(isNull(heartbeat_at), last_seen_at < fromUnixTimestamp64Nano({lost_before:Int64}, 'UTC'), assumeNotNull(heartbeat_at) < fromUnixTimestamp64Nano({heartbeat_before:Int64}, 'UTC')) AS fell_silent
      )
    )
  )
  GROUP BY is_other, workflow
)
ORDER BY is_other, total DESC, workflow_id
