/** Writes the executions of simple traces by grouping their arrivals: the same rows that settling would give, column by column. */
import {
  ARRIVALS,
  blockParameters,
  type ClickHouseClient,
  columnNames,
  EXECUTIONS,
  fieldColumnsReadOnce,
  fieldValue,
  IDS_IN_TEXT,
  IN_BLOCKS,
  IS_ROOT,
  SPAN_FIELDS,
  selectTraceIds,
  wordList,
} from '@runlens/clickhouse'
import { EXECUTION_KINDS } from '@runlens/conventions'
import { QUERY_CHARACTERS_MAX, STEPS_MAX } from '@runlens/mapping'
import { allDone } from '../jobs/all-done.ts'
import { writePlaces } from '../settle/locator.ts'
import type { SurveyedTrace } from './survey.ts'

export type SimpleTrace = Pick<SurveyedTrace, 'trace_id' | 'place' | 'ownId'>

export interface WriteSimpleOptions {
  client: ClickHouseClient
  /** Times of the blocks that brought them, microseconds since the epoch, ascending. */
  blocks: readonly bigint[]
  tenant: string
  traces: readonly SimpleTrace[]
  /** Milliseconds since the epoch. */
  now: number
}

/** Bytes kept of one attribute value, as when traces are read for settling. */
const ATTRIBUTE_BYTES_MAX = 1024

const ID = `if(root.execution_id = '', lower(hex(trace_id)), root.execution_id)`
const ANCHOR = 'fromUnixTimestamp64Micro(intDiv(toUnixTimestamp64Nano(root.started_at), 1000))'
const nanos = (time: string) => `toUnixTimestamp64Nano(${time})`

/** Every column of an execution: of its own span (`root`), or of all of its spans (`steps`). */
const VALUES: Readonly<Record<keyof typeof EXECUTIONS.columns, string>> = {
  tenant: 'tenant',
  anchor_at: ANCHOR,
  execution_id: ID,
  instance: 'root.instance',
  kind: `if(root.execution_kind IN ${wordList(EXECUTION_KINDS)}, root.execution_kind, 'workflow')`,
  provider: 'root.provider',
  workflow_id: 'root.workflow_id',
  workflow_name: 'root.workflow_name',
  workflow_version: 'root.workflow_version',
  status: "'success'",
  status_explicit: 'root.status_explicit',
  mode: 'root.mode',
  environment: 'root.environment',
  service: 'root.service',
  user_id: 'root.user_id',
  conversation_id: 'root.conversation_id',
  database_type: 'root.database_type',
  query: 'root.query',
  queued_at: 'root.queued_at',
  started_at: 'root.started_at',
  ended_at: 'root.ended_at',
  last_seen_at: 'steps.last_time',
  heartbeat_at: 'NULL',
  duration_ms: `if(root.ended_at < root.started_at, NULL, (${nanos('root.ended_at')} - ${nanos('root.started_at')}) / 1e6)`,
  queue_ms: `if(isNull(root.queued_at) OR root.queued_at > root.started_at, NULL,
    (${nanos('root.started_at')} - ${nanos('assumeNotNull(root.queued_at)')}) / 1e6)`,
  progress: 'root.progress',
  expected_end_at: 'root.expected_end_at',
  error_type: "''",
  error_class: "''",
  error_message: "''",
  error_stack: "''",
  error_fingerprint: "''",
  response_status_code: 'root.response_status_code',
  failed_step: "''",
  failed_step_names: '[]',
  step_count: 'steps.counted',
  failed_steps: '0',
  rows_total: 'ifNull(root.rows_total, steps.handled)',
  rows_returned: 'ifNull(root.rows_returned, steps.returned)',
  trace_id: 'trace_id',
  span_id: 'root.span_id',
  'segments.trace_id': '[trace_id]',
  'segments.span_id': '[root.span_id]',
  'segments.started_at': '[root.started_at]',
  'segments.ended_at': '[root.ended_at]',
  'segments.status': "['success']",
  'steps.name': 'arrayMap(step -> step.3, steps.list)',
  'steps.type': 'arrayMap(step -> step.4, steps.list)',
  'steps.status': 'arrayMap(step -> step.5, steps.list)',
  'steps.duration_ms': 'arrayMap(step -> step.6, steps.list)',
  queries: `if(root.execution_kind = 'query', [], steps.queries)`,
  query_count: `if(root.execution_kind = 'query', 0, toUInt32(length(steps.queries)))`,
  parent_execution_id: 'root.parent_execution_id',
  retry_of: 'root.retry_of',
  replay_of: 'root.replay_of',
  attempt: 'greatest(1, root.attempt)',
  input: 'root.attributes[root.input_key]',
  input_truncated: '0',
  output: 'root.attributes[root.output_key]',
  output_truncated: '0',
  attributes: `mapApply((key, value) -> (key, substring(value, 1, ${ATTRIBUTE_BYTES_MAX})),
    mapFilter((key, value) -> key != root.input_key AND key != root.output_key, root.attributes))`,
  spans_truncated: '0',
  previous_started_at: 'NULL',
  previous_status: "''",
  // Unknown: settling the trace again writes the row once more.
  content_hash: '0',
  settled_at: 'fromUnixTimestamp64Micro({now:Int64})',
  version: '{now:Int64}',
  is_deleted: '0',
  removed: "''",
}

const isTaken = (name: string) => new RegExp(`root\\.${name}\\b`).test(Object.values(VALUES).join(' '))

/** What {@link VALUES} take of the root. */
const OF_ROOT = [
  ...columnNames(ARRIVALS).filter((name) => name === 'trace_id' || name === 'tenant' || isTaken(name)),
  ...fieldColumnsReadOnce(Object.keys(SPAN_FIELDS).filter(isTaken)),
]

const OF_TRACES = `tenant = {tenant:String} AND trace_id IN wanted AND ${IN_BLOCKS}`

const OF_STEPS = [
  'step_name',
  'step_type',
  'rows_total',
  'rows_returned',
  'database_type',
  'query',
  'query_complexity',
  'query_page',
  'query_page_size',
  'error_type',
  'error_message',
]

const firstCharacters = (text: string) =>
  `if(length(${text}) <= ${QUERY_CHARACTERS_MAX}, ${text}, substringUTF8(${text}, 1, ${QUERY_CHARACTERS_MAX}))`
/** Of a query, as settling writes them: each part but the last without tabs. */
const DETAILS = `if(empty(query_complexity) AND empty(query_page) AND empty(query_page_size) AND empty(error_type) AND empty(error_message), '',
          concat(${['query_complexity', 'query_page', 'query_page_size', 'error_type'].map((part) => `replaceAll(${part}, '\\t', ' ')`).join(", '\\t', ")}, '\\t', ${firstCharacters('error_message')}))`

const STEPS = `SELECT tenant, trace_id,
    toUInt32(countIf(is_step)) AS counted,
    max(greatest(started_at, ended_at)) AS last_time,
    sumOrNullIf(assumeNotNull(ifNull(rows_total, rows_returned)), is_step AND isNotNull(ifNull(rows_total, rows_returned))) AS handled,
    argMaxOrNullIf(assumeNotNull(rows_returned), (ended_at, started_at, span_id), is_step AND isNotNull(rows_returned)) AS returned,
    arraySort(query -> (query.2, query.1), groupArrayIf(
      (toFixedString(concat(trace_id, span_id), 24), started_at, ended_at, database_type, if(status = '', 'success', status),
        ${firstCharacters('query')}, rows_total, rows_returned, ${DETAILS}), is_query)) AS queries,
    arraySlice(arraySort(step -> (step.1, step.2), groupArrayIf(
      (started_at, span_id, if(step_name = '', name, step_name), step_type, status,
        toFloat32(greatest(0, (${nanos('ended_at')} - ${nanos('started_at')}) / 1e6))), is_step)), 1, ${STEPS_MAX}) AS list
  FROM
  (
    SELECT tenant, trace_id, span_id, started_at, ended_at, name, status,
      ${fieldColumnsReadOnce(OF_STEPS).join(', ')},
      NOT ${IS_ROOT} AND (role = 'step' OR (role = 'candidate' AND ${fieldValue('rule')} != 5)) AS is_step,
      is_step AND (step_type = 'db' OR database_type != '') AS is_query
    FROM arrivals WHERE ${OF_TRACES}
  )
  GROUP BY tenant, trace_id`

/** Those of the traces whose execution has a place in another trace, too. */
const SHARED = `SELECT lower(hex(arrayJoin(groupUniqArray(trace_id)))) FROM execution_locator
WHERE tenant = {tenant:String} AND (execution_id, instance) IN
  (SELECT ${fieldValue('execution_id')} AS id, ${fieldValue('instance')} FROM arrivals WHERE ${IS_ROOT} AND id != '' AND ${OF_TRACES})
GROUP BY execution_id, instance
HAVING uniqExact(trace_id) > 1`

/**
 * The place of an execution is written before its row, as everywhere, and then, beside writing the row, looked at again: if its id came in
 * another trace meanwhile, both writers see both places, and the function settles them together. May be repeated.
 * @returns the traces whose executions are written for good; the others are for the function to settle
 */
export async function writeSimple({ client, blocks, tenant, traces, now }: WriteSimpleOptions): Promise<Set<string>> {
  const query_params = { ...blockParameters(blocks), tenant, now: now * 1000 }
  const clickhouse_settings = { ...IDS_IN_TEXT, max_partitions_per_insert_block: '0' }
  const traceIds = traces.map(({ trace_id }) => trace_id)
  await writePlaces(
    client,
    tenant,
    traces.map(({ place }) => place),
  )
  const readShared = async () => {
    // What is called by its trace has nothing to share.
    const named = traces.filter(({ ownId }) => ownId !== '').map(({ trace_id }) => trace_id)
    if (named.length === 0) return []
    const looked = await client.query({
      query: `WITH wanted AS (${selectTraceIds(named)})\n${SHARED}`,
      query_params,
      clickhouse_settings,
      format: 'JSONCompactEachRow',
    })
    return looked.json<[string]>()
  }
  const write = client.command({
    query: `INSERT INTO executions (${columnNames(EXECUTIONS)
      .map((name) => `\`${name}\``)
      .join(', ')})
WITH wanted AS (${selectTraceIds(traceIds)})
SELECT ${Object.values(VALUES).join(',\n  ')}
FROM (SELECT ${OF_ROOT.join(', ')} FROM arrivals WHERE ${IS_ROOT} AND ${OF_TRACES}) AS root
ANY INNER JOIN (${STEPS}) AS steps USING (tenant, trace_id)`,
    query_params,
    clickhouse_settings,
  })
  const [rows] = await allDone([readShared(), write])
  const shared = new Set(rows.map(([trace]) => trace))
  return new Set(traceIds.filter((trace) => !shared.has(trace)))
}
