SELECT facet, value, n, total, values_total
FROM (
  SELECT
    pair.1 AS facet,
    pair.2 AS value,
    n,
    sum(n) OVER (PARTITION BY facet) AS total,
    countIf(value != '') OVER (PARTITION BY facet) AS values_total,
    row_number() OVER (PARTITION BY facet, value = '' ORDER BY n DESC, value) AS place
  FROM (
    SELECT
      arrayJoin([(0, if(status IN ('queued', 'running') AND if(isNull(heartbeat_at), last_seen_at < fromUnixTimestamp64Nano({lost_before:Int64}, 'UTC'), assumeNotNull(heartbeat_at) < fromUnixTimestamp64Nano({heartbeat_before:Int64}, 'UTC')), 'lost', toString(status))), (1, toString(kind)), (2, toString(provider)), (3, toString(instance)), (4, toString(workflow_id)), (5, toString(workflow_name)), (6, toString(workflow_version)), (7, toString(mode)), (8, toString(environment)), (9, toString(service)), (10, toString(user_id)), (11, toString(conversation_id)), (12, toString(database_type)), (13, toString(error_type)), (14, toString(error_class)), (15, toString(error_fingerprint)), (16, toString(response_status_code)), (17, toString(failed_step)), (18, toString(parent_execution_id)), (19, attributes[{attribute_18:String}])]) AS pair,
      count() AS n
    FROM executions FINAL
    WHERE tenant = {tenant:String}
      AND ended_at >= fromUnixTimestamp64Nano({from:Int64}, 'UTC')
      AND ended_at < fromUnixTimestamp64Nano({to:Int64}, 'UTC')
      AND user_id = {user_id:String}
      AND mapContains(attributes, {attribute_key_0:String})
      AND attributes[{attribute_key_0:String}] = {attribute_value_0:String}
      AND (positionCaseInsensitiveUTF8(workflow_name, {q:String}) > 0
        OR positionCaseInsensitiveUTF8(failed_step, {q:String}) > 0
        OR positionCaseInsensitiveUTF8(service, {q:String}) > 0
        OR positionCaseInsensitiveUTF8(execution_id, {q:String}) > 0
        OR positionCaseInsensitiveUTF8(workflow_id, {q:String}) > 0
        OR positionCaseInsensitiveUTF8(user_id, {q:String}) > 0
        OR positionCaseInsensitiveUTF8(conversation_id, {q:String}) > 0
        OR positionCaseInsensitiveUTF8(query, {q:String}) > 0
        OR positionCaseInsensitiveUTF8(error_type, {q:String}) > 0
        OR positionCaseInsensitiveUTF8(error_message, {q:String}) > 0)
    GROUP BY pair
  )
)
WHERE place <= if(facet = 0, 100, {limit:UInt32})
ORDER BY facet, value = '', n DESC, value
