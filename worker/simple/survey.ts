/**
 * Looks over the traces that some blocks brought, and says of each whether it is *simple*: whole, new, and one execution without
 * any doubt or failure, so that grouping its spans in SQL gives what settling would. All others are settled one by one.
 *
 * Simple is a trace
 * - all of whose spans came in these blocks, each once, and that never gave an execution before;
 * - with one span without a parent, which is an execution by itself, has ended with success, and whose id nobody had yet;
 * - whose other spans all hang below it, have ended, and are neither executions themselves nor failed steps.
 */
import {
  blockParameters,
  type ClickHouseClient,
  fieldColumns,
  fieldValue,
  IN_BLOCKS,
  IS_ROOT,
  wordList,
} from '@runlens/clickhouse'
import { UNSUCCESSFUL_STATUSES } from '@runlens/conventions'
import type { Arrival } from '../arrivals/dirty-traces.ts'
import type { LocatorRow } from '../settle/locator.ts'

export interface SurveyedTrace extends Arrival {
  isSimple: boolean
  /** Id that the execution has of its own, with its instance; '' for one that is called by its trace. */
  ownId: string
  /** Where its execution lies, if it is simple. */
  place: LocatorRow
}

export interface SurveyOptions {
  client: ClickHouseClient
  /** Times, microseconds since the epoch, ascending. */
  blocks: readonly bigint[]
  /** Cap of an execution's input and output: what is longer must be cut with care. Attributes that are longer all together may hold such a one. */
  payloadBytesMax: number
}

/** Spans of a simple trace at most: each is looked for among the others. */
const SPANS_MAX = 64

const IS_STEP = `role = 'step' OR (role = 'candidate' AND rule != 5)`

/** Conditions over the spans of one trace. */
const ALIKE = [
  `count() <= ${SPANS_MAX}`,
  `countIf(is_root) = 1`,
  `countIf(is_root AND role IN ('entry', 'candidate') AND (status = 'success' OR (status = '' AND status_code != 2))
      AND ((input_key = '' AND output_key = '') OR length(attribute_values) <= {payloadMax:UInt32})) = 1`,
  `countIf(toUnixTimestamp64Nano(ended_at) = 0) = 0`,
  `countIf(NOT is_root AND role = 'entry') = 0`,
  // Below a graph or a workflow a graph is a step; below a mere request it is an execution.
  `(anyIf(rule, is_root) <= 3 OR countIf(NOT is_root AND role = 'candidate' AND rule != 5) = 0)`,
  `countIf(NOT is_root AND (${IS_STEP}) AND status IN ${wordList(UNSUCCESSFUL_STATUSES)}) = 0`,
]

/**
 * Whether all spans hang below the root: every parent but one is there, and nobody is its own ancestor. Of a circle no span could
 * have the root as its parent or grandparent, nor could all of them start after their parents. A deeper span that starts no later
 * than its parent may be fine; it is for others to find out.
 */
const HANGS_TOGETHER = `length(arrayDistinct(ids)) = spans AND arrayCount(place -> place = 0, above) = 1
      AND arrayAll((place, start) -> place = 0 OR above[place] = 0 OR above[above[place]] = 0 OR starts[place] < start, above, starts)`

const ARRIVED = `FROM arrivals WHERE ${IN_BLOCKS}`

const OF_EACH = `tenant, trace_id, toUInt32(count()) AS spans, min(arrived_at) AS arrived,
    min(started_at) AS first, max(started_at) AS last, groupUniqArray(toString(service)) AS services,
    toUInt32(countIf(toUnixTimestamp64Nano(ended_at) = 0)) AS open,
    arraySort(groupUniqArray(toUnixTimestamp64Micro(arrived_at))) AS in_blocks`

/** Spans of each trace in all of the table, of traces that have a root here. */
const EVERYWHERE = `everywhere AS
(
  SELECT tenant, trace_id, toUInt32(sum(traces.spans)) AS stored
  FROM traces
  WHERE (tenant, trace_id) IN (SELECT tenant, trace_id ${ARRIVED} AND ${IS_ROOT})
  GROUP BY tenant, trace_id
)`

const TOLD = `tenant, lower(hex(trace_id)), toString(toUnixTimestamp64Micro(arrived)), spans,
  toString(toUnixTimestamp64Nano(first)), toString(toUnixTimestamp64Nano(last)), services, open,
  arrayMap(block -> toString(block), in_blocks), stored`

/** Columns are named one by one, because each that is not costs time to plan. */
const SURVEY = `WITH of_trace AS
(
  SELECT ${OF_EACH},
    groupArray(${SPANS_MAX})(reinterpretAsUInt64(span_id)) AS ids,
    groupArray(${SPANS_MAX})(reinterpretAsUInt64(parent_span_id)) AS parents,
    groupArray(${SPANS_MAX})(started_at) AS starts,
    ${ALIKE.join('\n    AND ')} AS alike,
    JSONExtractString(anyIf(fields_json, is_root), 'execution_id') AS own_id, anyIf(instance, is_root) AS own_instance,
    anyIf(toUnixTimestamp64Nano(started_at), is_root) AS root_start
  FROM
  (
    SELECT tenant, trace_id, span_id, parent_span_id, ${IS_ROOT} AS is_root, arrived_at, started_at, ended_at, service, role,
      status, status_code, attribute_values, fields_json, ${fieldColumns(['rule', 'input_key', 'output_key', 'instance']).join(', ')}
    ${ARRIVED}
  )
  GROUP BY tenant, trace_id
),
placed AS
(
  SELECT tenant, trace_id, spans, arrived, first, last, services, open, in_blocks, own_id, own_instance, root_start, alike, ids, starts,
    arrayMap(parent -> indexOf(ids, parent), parents) AS above
  FROM of_trace
),
${EVERYWHERE}
SELECT ${TOLD}, toUInt8(alike AND ${HANGS_TOGETHER}), own_id, own_instance,
  toString(intDiv(root_start, 1000))
FROM placed
LEFT JOIN everywhere USING (tenant, trace_id)`

/** Traces that gave an execution before, and ids that somebody has: one statement, because it costs as much for one as for both. */
const KNOWN = `SELECT DISTINCT 'trace', tenant, lower(hex(trace_id)), '' FROM trace_executions
WHERE (tenant, trace_id) IN (SELECT tenant, trace_id ${ARRIVED} AND ${IS_ROOT})
UNION ALL
SELECT DISTINCT 'id', tenant, toString(instance), execution_id FROM execution_locator
WHERE (tenant, execution_id) IN (SELECT tenant, ${fieldValue('execution_id')} AS id ${ARRIVED} AND ${IS_ROOT} AND id != '')`

type Known = [what: 'trace' | 'id', ...key: string[]]

type Row = [
  tenant: string,
  trace: string,
  arrived: string,
  spans: number,
  first: string,
  last: string,
  services: string[],
  open: number,
  blocks: string[],
  stored: number,
  isAlike: number,
  id: string,
  instance: string,
  anchor: string,
]

export async function survey({ client, blocks, payloadBytesMax }: SurveyOptions): Promise<SurveyedTrace[]> {
  const query_params = { ...blockParameters(blocks), payloadMax: payloadBytesMax }
  const ask = async <T>(query: string) =>
    (await client.query({ query, query_params, format: 'JSONCompactEachRow' })).json<T>()
  const [rows, known] = await Promise.all([ask<Row>(SURVEY), ask<Known>(KNOWN)])
  const seen = new Set(known.map(keyOf))
  return eachIdOnce(
    rows.map((row) => {
      const [
        tenant,
        trace_id,
        arrived,
        spans,
        first,
        last,
        services,
        open,
        times,
        stored,
        isAlike,
        id,
        instance,
        anchor,
      ] = row
      const isNew = !seen.has(keyOf(['trace', tenant, trace_id, '']))
      const ownId = id === '' ? '' : keyOf(['id', tenant, instance, id])
      return {
        tenant,
        trace_id,
        arrived_at: BigInt(arrived),
        spans,
        range: {
          trace_id,
          first_started_at: BigInt(first),
          last_started_at: BigInt(last),
          services,
          // What has not ended may be a marker.
          markers: open,
        },
        blocks: times.map(BigInt),
        isNew,
        stored,
        isSimple: isAlike === 1 && isNew && stored === spans && !seen.has(ownId),
        ownId,
        place: { execution_id: id === '' ? trace_id : id, instance, trace_id, anchor: BigInt(anchor) },
      }
    }),
  )
}

function keyOf(parts: readonly string[]): string {
  return JSON.stringify(parts)
}

/** Traces that bring the same new id are one execution, whoever of them is simple. */
function eachIdOnce(traces: SurveyedTrace[]): SurveyedTrace[] {
  const traceOf = new Map<string, SurveyedTrace>()
  for (const trace of traces) {
    if (trace.ownId === '') continue
    const other = traceOf.get(trace.ownId)
    if (other) {
      trace.isSimple = false
      other.isSimple = false
    } else traceOf.set(trace.ownId, trace)
  }
  return traces
}
