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
      toUInt16(indexOf([grouping(key_0), grouping(key_1), grouping(key_2), grouping(key_3), grouping(key_4), grouping(key_5), grouping(key_6), grouping(key_7), grouping(key_8), grouping(key_9), grouping(key_10), grouping(key_11), grouping(key_12), grouping(key_13), grouping(key_14), grouping(key_15), grouping(key_16), grouping(key_17), grouping(key_18), grouping(key_19)], 0) - 1) AS facet,
      [toString(key_0), toString(key_1), toString(key_2), toString(key_3), toString(key_4), toString(key_5), toString(key_6), toString(key_7), toString(key_8), toString(key_9), toString(key_10), toString(key_11), toString(key_12), toString(key_13), toString(key_14), toString(key_15), toString(key_16), toString(key_17), toString(key_18), toString(key_19)][facet + 1] AS value,
      count() AS n
    FROM (
      SELECT
        if(status IN ('queued', 'running') AND if(isNull(heartbeat_at), last_seen_at < fromUnixTimestamp64Nano({lost_before:Int64}, 'UTC'), assumeNotNull(heartbeat_at) < fromUnixTimestamp64Nano({heartbeat_before:Int64}, 'UTC')), 'lost', toString(status)) AS key_0,
        kind AS key_1,
        provider AS key_2,
        instance AS key_3,
        workflow_id AS key_4,
        workflow_name AS key_5,
        workflow_version AS key_6,
        mode AS key_7,
        environment AS key_8,
        service AS key_9,
        user_id AS key_10,
        conversation_id AS key_11,
        database_type AS key_12,
        error_type AS key_13,
        error_class AS key_14,
        error_fingerprint AS key_15,
        response_status_code AS key_16,
        failed_step AS key_17,
        parent_execution_id AS key_18,
        attributes[{attribute_18:String}] AS key_19
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
    )
    GROUP BY GROUPING SETS ((key_0), (key_1), (key_2), (key_3), (key_4), (key_5), (key_6), (key_7), (key_8), (key_9), (key_10), (key_11), (key_12), (key_13), (key_14), (key_15), (key_16), (key_17), (key_18), (key_19))
  )
)
WHERE place <= if(facet = 0, 100, {limit:UInt32})
ORDER BY facet, value = '', n DESC, value
