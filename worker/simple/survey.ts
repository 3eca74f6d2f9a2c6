/**
 * Looks over the traces that some blocks brought, and says of each whether it is *simple*: whole, new, and one execution without
 * any doubt or failure, so that grouping its spans in SQL gives what settling would. All others are settled one by one.
 *
 * Simple is a trace
 * - all of whose spans came in these blocks, each once, and that never gave an execution before;
 * - with one span without a parent, which is an execution by itself, has ended with success, and whose id nobody had yet;
 * - whose other spans all hang below it, have ended, and are neither executions themselves nor failed steps.
 */
import { type ClickHouseClient, IS_ROOT, type TraceRange } from '@runlens/clickhouse'
import { UNSUCCESSFUL_STATUSES } from '@runlens/conventions'
import type { Block } from '../arrivals/tail-arrivals.ts'
import { blockParameters, IN_BLOCKS } from './arrived-rows.ts'

export interface SurveyedTrace {
  tenant: string
  trace_id: string
  /** First arrival, microseconds since the epoch. */
  arrived_at: bigint
  spans: number
  range: TraceRange
  isSimple: boolean
  /** Id that the execution has of its own, with its instance; '' for one that is called by its trace. */
  ownId: string
}

export interface SurveyOptions {
  client: ClickHouseClient
  blocks: readonly Block[]
  /** Cap of an execution's input and output: what is longer must be cut with care. */
  payloadBytesMax: number
}

/** Spans of a simple trace at most: each is looked for among the others. */
const SPANS_MAX = 64

const list = (words: readonly string[]) => words.map((word) => `'${word}'`).join(', ')

const IS_STEP = `role = 'step' OR (role = 'candidate' AND rule != 5)`

/** Conditions over the spans of one trace. */
const ALIKE = [
  `count() <= ${SPANS_MAX}`,
  `countIf(is_root) = 1`,
  `countIf(is_root AND role IN ('entry', 'candidate') AND (status = 'success' OR (status = '' AND status_code != 2))
      AND length(attributes[input_key]) <= {payloadMax:UInt32} AND length(attributes[output_key]) <= {payloadMax:UInt32}) = 1`,
  `countIf(toUnixTimestamp64Nano(ended_at) = 0) = 0`,
  `countIf(NOT is_root AND role = 'entry') = 0`,
  // Below a graph or a workflow a graph is a step; below a mere request it is an execution.
  `(anyIf(rule, is_root) <= 3 OR countIf(NOT is_root AND role = 'candidate' AND rule != 5) = 0)`,
  `countIf(NOT is_root AND (${IS_STEP}) AND status IN (${list(UNSUCCESSFUL_STATUSES)})) = 0`,
]

/**
 * Whether all spans hang below the root: every parent but one is there, and nobody is its own ancestor. Of a circle no span could
 * have the root as its parent or grandparent, nor could all of them start after their parents. A deeper span that starts no later
 * than its parent may be fine; it is for others to find out.
 */
const HANGS_TOGETHER = `length(arrayDistinct(ids)) = spans AND arrayCount(place -> place = 0, above) = 1
      AND arrayAll((place, start) -> place = 0 OR above[place] = 0 OR above[above[place]] = 0 OR starts[place] < start, above, starts)`

const ARRIVED = `FROM arrivals WHERE ${IN_BLOCKS}`

const SURVEY = `WITH of_trace AS
(
  SELECT tenant, trace_id, toUInt32(count()) AS spans, min(arrived_at) AS arrived,
    min(started_at) AS first, max(started_at) AS last, groupUniqArray(toString(service)) AS services,
    groupArray(${SPANS_MAX})(reinterpretAsUInt64(span_id)) AS ids,
    groupArray(${SPANS_MAX})(reinterpretAsUInt64(parent_span_id)) AS parents,
    groupArray(${SPANS_MAX})(started_at) AS starts,
    ${ALIKE.join('\n    AND ')} AS alike,
    anyIf(execution_id, is_root) AS own_id, anyIf(instance, is_root) AS own_instance
  FROM (SELECT *, ${IS_ROOT} AS is_root ${ARRIVED})
  GROUP BY tenant, trace_id
),
checked AS
(
  SELECT tenant, trace_id, spans, arrived, first, last, services, own_id, own_instance,
    alike AND ${HANGS_TOGETHER} AS is_whole
  FROM (SELECT *, arrayMap(parent -> indexOf(ids, parent), parents) AS above FROM of_trace)
),
in_all AS
(
  SELECT tenant, trace_id, sum(traces.spans) AS stored
  FROM traces
  WHERE (tenant, trace_id) IN (SELECT tenant, trace_id ${ARRIVED} AND ${IS_ROOT})
  GROUP BY tenant, trace_id
)
SELECT tenant, lower(hex(trace_id)), toString(toUnixTimestamp64Micro(arrived)), spans,
  toString(toUnixTimestamp64Nano(first)), toString(toUnixTimestamp64Nano(last)), services,
  toUInt8(is_whole AND stored = spans
    AND (tenant, trace_id) NOT IN (
      SELECT tenant, trace_id FROM trace_executions
      WHERE (tenant, trace_id) IN (SELECT tenant, trace_id ${ARRIVED} AND ${IS_ROOT}))
    AND (own_id = '' OR (tenant, own_id, own_instance) NOT IN (
      SELECT tenant, execution_id, instance FROM execution_locator
      WHERE (tenant, execution_id) IN (SELECT tenant, execution_id ${ARRIVED} AND ${IS_ROOT} AND execution_id != '')))),
  own_id, own_instance
FROM checked
LEFT JOIN in_all USING (tenant, trace_id)`

type Row = [string, string, string, number, string, string, string[], number, string, string]

export async function survey({ client, blocks, payloadBytesMax }: SurveyOptions): Promise<SurveyedTrace[]> {
  const result = await client.query({
    query: SURVEY,
    query_params: { ...blockParameters(blocks), payloadMax: payloadBytesMax },
    format: 'JSONCompactEachRow',
  })
  const rows = await result.json<Row>()
  return eachIdOnce(
    rows.map(([tenant, trace_id, arrived, spans, first, last, services, simple, id, instance]) => ({
      tenant,
      trace_id,
      arrived_at: BigInt(arrived),
      spans,
      range: { trace_id, first_started_at: BigInt(first), last_started_at: BigInt(last), services },
      isSimple: simple === 1,
      ownId: id === '' ? '' : JSON.stringify([tenant, instance, id]),
    })),
  )
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
