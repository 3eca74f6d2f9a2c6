/** The rollup of queries: by user and over all users, in one statement for each hour in which their executions started. */
import { columnNames, QUERIES_JOINED, QUERY_HOURS, QUERY_MS, QUERY_ROWS, wordList } from '@runlens/clickhouse'
import { FINAL_STATUSES } from '@runlens/conventions'
import { STARTED_IN_HOUR } from './rebuild-sql.ts'

/**
 * Takes the parameters of every rebuild: `tenant`, `hour` (seconds since the epoch) and `generation`. What vanished from the hour keeps
 * an older generation, and so counts no longer once the rebuild is put down.
 */
export const REBUILD_QUERIES = `INSERT INTO ${QUERY_HOURS.name} (${columnNames(QUERY_HOURS).join(', ')})
SELECT {tenant:String}, grouping(user_id) AS is_total, user_id, query_hour, toDateTime({hour:UInt32}), query_type, query_status,
  count(), count(timed_ms), sum(ifNull(timed_ms, 0)), max(ifNull(timed_ms, 0)), sum(ifNull(handled, 0)), {generation:UInt64}
FROM
(
  SELECT user_id, toDateTime(toStartOfHour(query_started_at, 'UTC')) AS query_hour, query_type, query_status,
    if(query_status IN ${wordList(FINAL_STATUSES)}, ${QUERY_MS}, NULL) AS timed_ms, ${QUERY_ROWS} AS handled
  FROM executions FINAL
  ${QUERIES_JOINED}
  WHERE ${STARTED_IN_HOUR}
)
GROUP BY GROUPING SETS ((user_id, query_hour, query_type, query_status), (query_hour, query_type, query_status))`
