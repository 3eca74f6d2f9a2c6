/** A stored span as settling and the step tree see it: the columns that are read, and how one row becomes a value. */
import type { SettleSpan } from '@runlens/conventions'
import type { NativeBlock, NativeMap } from './native-reader.ts'
import { ARRIVALS } from './tables/arrivals.ts'
import { columnNames } from './tables/column.ts'

/** Bytes kept of one attribute value on an execution. */
const ATTRIBUTE_BYTES_MAX = 1024

const text = (column: string) => `toString(${column})`
const hex = (column: string) => `lower(hex(${column}))`
const time = (column: string) => `toString(toUnixTimestamp64Nano(${column}))`
const parent = `if(parent_span_id = toFixedString('', 8), '', ${hex('parent_span_id')})`
const ofEntries = (expression: string, otherwise: string) => `if(role >= 'candidate', ${expression}, ${otherwise})`
/** Four bytes over the cap: a character that the cut breaks then lies beyond the cap. */
const payload = (key: string) => ofEntries(`substring(attributes[${key}], 1, {cut:UInt32})`, "''")
const attributes = ofEntries(
  `mapApply((k, v) -> (k, substring(v, 1, ${ATTRIBUTE_BYTES_MAX})),
    mapFilter((k, v) -> k != input_key AND k != output_key, attributes))`,
  'map()',
)

/** Field, expression that reads it, and how its JSON cell becomes the value. */
const FIELDS: readonly (readonly [keyof SettleSpan, string, ((cell: unknown) => unknown)?])[] = [
  ['trace_id', hex('trace_id')],
  ['span_id', hex('span_id')],
  ['parent_span_id', parent],
  ['name', text('name')],
  ['kind', 'kind'],
  ['started_at', time('started_at'), toBigInt],
  ['ended_at', time('ended_at'), toBigInt],
  ['status_code', 'status_code'],
  ['service', 'service'],
  ['role', 'role'],
  ['rule', 'rule'],
  ['provider', 'provider'],
  ['execution_kind', 'execution_kind'],
  ['execution_id', 'execution_id'],
  ['instance', 'instance'],
  ['workflow_id', 'workflow_id'],
  ['workflow_name', 'workflow_name'],
  ['workflow_version', 'workflow_version'],
  ['status', 'status'],
  ['status_explicit', 'status_explicit'],
  ['mode', 'mode'],
  ['environment', 'environment'],
  ['user_id', 'user_id'],
  ['conversation_id', 'conversation_id'],
  ['step_name', 'step_name'],
  ['step_type', 'step_type'],
  ['attempt', 'attempt'],
  ['error_type', 'error_type'],
  ['error_message', 'error_message'],
  ['error_stack', 'error_stack'],
  ['response_status_code', 'response_status_code'],
  ['database_type', 'database_type'],
  ['query', 'query'],
  ['rows_total', text('rows_total'), toNumber],
  ['rows_returned', text('rows_returned'), toNumber],
  ['parent_execution_id', 'parent_execution_id'],
  ['retry_of', 'retry_of'],
  ['replay_of', 'replay_of'],
  ['queued_at', time('queued_at'), toBigInt],
  ['expected_end_at', time('expected_end_at'), toBigInt],
  ['progress', 'progress'],
  ['links', `arrayMap((t, s) -> (${hex('t')}, ${hex('s')}), links.trace_id, links.span_id)`, toLinks],
  ['input', payload('input_key')],
  ['output', payload('output_key')],
  ['attributes', attributes],
  ['received_at_ms', text('toUnixTimestamp64Milli(received_at)'), toNumber],
]

/** The select list over `spans`; needs the parameter `cut`, the bytes kept of an input or output. */
export const SETTLE_COLUMNS = FIELDS.map(([, expression]) => expression).join(', ')

/** One row of {@link SETTLE_COLUMNS} in `JSONCompactEachRow`. */
export type SettleColumns = unknown[]

/** Copied for every span: an object that grows key by key beyond a dozen becomes a hash table in V8, slow and large. */
const SHAPE: Readonly<Record<string, unknown>> = Object.fromEntries(FIELDS.map(([name]) => [name, null]))

export function toSettleSpan(row: SettleColumns): SettleSpan {
  const span = { ...SHAPE }
  for (let i = 0; i < FIELDS.length; i++) {
    const [name, , convert] = FIELDS[i]!
    span[name] = convert ? convert(row[i]) : row[i]
  }
  return span as unknown as SettleSpan
}

/** Columns of `arrivals` whose values are made here, in a way of their own. */
const MADE: readonly string[] = ['tenant', 'arrived_at', 'input_key', 'output_key', 'attributes', 'received_at']

/** The select list over `arrivals`, columns as they lie there: each that is computed costs ClickHouse time to plan. */
export const ARRIVED_COLUMNS = columnNames(ARRIVALS)
  .map((name) => {
    if (name === 'attributes') return "CAST(attributes, 'Map(String, String)') AS attributes"
    // As text it is the number that was sent; as a Float32 it would be one a little beside it.
    return name === 'progress' ? 'toString(arrivals.progress) AS progress' : name
  })
  .join(', ')

const AS_THEY_ARE = FIELDS.map(([name]) => name).filter(
  (name) => name in ARRIVALS.columns && !MADE.includes(name) && name !== 'parent_span_id',
)
const NUMBERS: readonly (keyof SettleSpan)[] = ['rows_total', 'rows_returned', 'progress']
const NO_PARENT = '0'.repeat(16)
const NO_LINKS: SettleSpan['links'] = []
const NO_ATTRIBUTES: SettleSpan['attributes'] = {}

/**
 * The spans of a block of {@link ARRIVED_COLUMNS}, which tell nothing of links.
 * @param cut bytes kept of an input or output
 */
export function toArrivedSpans({ rows, columns }: NativeBlock, cut: number): SettleSpan[] {
  const spans: Record<string, unknown>[] = []
  for (let row = 0; row < rows; row++) spans.push({ ...SHAPE })
  for (const name of AS_THEY_ARE) {
    const values = columns.get(name)!
    const convert = NUMBERS.includes(name) ? toNumber : undefined
    for (let row = 0; row < rows; row++) spans[row]![name] = convert ? convert(values[row]) : values[row]
  }
  const of = (name: keyof typeof ARRIVALS.columns) => columns.get(name)!
  spans.forEach((span, row) => {
    const parentId = of('parent_span_id')[row]
    span.parent_span_id = parentId === NO_PARENT ? '' : parentId
    span.received_at_ms = Number(of('received_at')[row])
    span.links = NO_LINKS
    const keys = [of('input_key')[row] as string, of('output_key')[row] as string]
    Object.assign(span, payloadOf(of('attributes')[row] as NativeMap, keys, cut))
  })
  return spans as unknown as SettleSpan[]
}

/** What only spans have that may be executions: of others the map is empty. */
function payloadOf(map: NativeMap, keys: readonly string[], cut: number) {
  if (map.length === 0) return { input: '', output: '', attributes: NO_ATTRIBUTES }
  const [input, output] = keys.map((wanted) => {
    const value = map.find(([key]) => key === wanted)?.[1]
    return value ? value.toString('utf8', 0, cut) : ''
  })
  const others = map.filter(([key]) => !keys.includes(key))
  const attributes = Object.fromEntries(
    others.map(([key, value]) => [key, value.toString('utf8', 0, ATTRIBUTE_BYTES_MAX)]),
  )
  return { input, output, attributes }
}

function toBigInt(cell: unknown): bigint | null {
  return cell === null ? null : BigInt(cell as string)
}

function toNumber(cell: unknown): number | null {
  return cell === null ? null : Number(cell)
}

function toLinks(cell: unknown): { trace_id: string; span_id: string }[] {
  return (cell as [string, string][]).map(([trace_id, span_id]) => ({ trace_id, span_id }))
}
