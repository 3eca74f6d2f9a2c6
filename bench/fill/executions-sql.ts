/** Columns of `executions` and `execution_locator`: what settling makes of the spans, which `fill.test.ts` compares. */
import { EXECUTIONS } from '@runlens/clickhouse'
import { stepSql } from './facts-sql.ts'
import { FAULT_CLASSES, FAULT_TYPES, TEMPLATE } from './numbers.ts'
import { EXECUTION_ATTRIBUTES, INSTANCE, NO_TIME, plus, spanId } from './spans-sql.ts'

const ANCHOR = 'toDateTime64(started_at, 6)'

export const LOCATOR_COLUMNS: Readonly<Record<string, string>> = {
  tenant: "'default'",
  execution_id: 'execution_id',
  instance: INSTANCE,
  trace_id: 'trace_id',
  anchor_at: ANCHOR,
  anchors: `[${ANCHOR}]`,
}

const numbers = 'range(1, toUInt32(step_count) + 1)'
const steps = (expression: string) => `arrayMap(j -> ${expression}, ${numbers})`
const lastStep = `arrayElement(arrayMap(j -> ${stepSql.name}, [toUInt64(step_count)]), 1)`
const FAILED_STEP = `if(is_failed, ${lastStep}, '')`
const quoted = (texts: readonly string[]) => texts.map((text) => `'${text}'`).join(', ')

/** Error type and message of a query, as details with nothing else in them. */
const QUERY = `(toFixedString(concat(trace_id, ${spanId('j')}), 24),
    ${plus(stepSql.startNs)},
    if(is_running AND j = step_count, ${NO_TIME}, ${plus(stepSql.endNs)}),
    ${stepSql.databaseType},
    if(is_running AND j = step_count, 'running', ${stepSql.status}),
    ${stepSql.query},
    NULL, ${stepSql.rows},
    if(is_failed AND j = step_count, concat('\\t\\t\\t', error_type, '\\t', error_message), ''))`
const IS_QUERY = `j -> ${stepSql.isQuery}, ${numbers}`

const VALUES: Readonly<Record<string, string>> = {
  tenant: "'default'",
  anchor_at: ANCHOR,
  execution_id: 'execution_id',
  instance: INSTANCE,
  kind: 'kind',
  provider: 'provider',
  workflow_id: 'workflow_id',
  workflow_name: 'workflow_name',
  workflow_version: 'workflow_version',
  status: 'status',
  status_explicit: '1',
  mode: 'mode',
  environment: 'environment',
  service: 'service',
  user_id: 'user_id',
  conversation_id: 'conversation_id',
  database_type: 'database_type',
  query: 'query',
  queued_at: `if(mode = 'queue', ${plus('(-wait_ns)')}, NULL)`,
  started_at: 'started_at',
  ended_at: `if(is_running, NULL, ${plus('duration_ns')})`,
  // Of one that runs its last step began last.
  last_seen_at: plus(`if(is_running, intDiv(duration_ns * (step_count - 1), toInt64(step_count)), duration_ns)`),
  duration_ms: 'if(is_running, NULL, duration_ns / 1e6)',
  queue_ms: "if(mode = 'queue', wait_ns / 1e6, NULL)",
  progress: 'if(is_running, 0.5, NULL)',
  error_type: 'error_type',
  error_class: `multiIf(is_failed, transform(error_type, [${quoted(FAULT_TYPES)}], [${quoted(FAULT_CLASSES)}], ''), status IN ('partial', 'cancelled'), 'unknown', '')`,
  error_message: 'error_message',
  error_fingerprint: `if(is_failed OR status IN ('partial', 'cancelled'), lower(hex(substring(SHA256(
    concat(error_type, '\\n', if(is_failed, concat(error_type, ': ${TEMPLATE}', fault), ''), '\\n', ${FAILED_STEP})), 1, 8))), '')`,
  failed_step: FAILED_STEP,
  failed_step_names: `if(is_failed, [${lastStep}], [])`,
  step_count: 'step_count',
  failed_steps: 'is_failed',
  rows_total: `arraySum(${steps(stepSql.rows)})`,
  rows_returned: 'cityHash64(number, toUInt32(if(is_running, step_count - 1, step_count))) % 40',
  trace_id: 'trace_id',
  span_id: spanId('0'),
  // One that says the same is left out.
  'segments.trace_id': '[]',
  'segments.span_id': '[]',
  'segments.started_at': '[]',
  'segments.ended_at': '[]',
  'segments.status': '[]',
  'steps.name': `if(is_running, [], ${steps(stepSql.name)})`,
  'steps.type': `if(is_running, [], ${steps(stepSql.type)})`,
  'steps.status': `if(is_running, [], ${steps(stepSql.status)})`,
  'steps.duration_ms': `if(is_running, [], ${steps(`toFloat32((${stepSql.endNs} - ${stepSql.startNs}) / 1e6)`)})`,
  queries: `arrayMap(j -> ${QUERY}, arrayFilter(${IS_QUERY.replace(numbers, `if(kind = 'query', [], ${numbers})`)}))`,
  query_count: `if(kind = 'query', 0, arrayCount(${IS_QUERY}))`,
  attempt: '1',
  input: 'input',
  output: 'output',
  attributes: EXECUTION_ATTRIBUTES,
  content_hash: "cityHash64(number, 'content')",
  // Each in a batch of its own, as far as the worker can tell.
  settled_at: `toDateTime64(${plus('duration_ns')}, 6)`,
  version: '1',
}

/** Left at their defaults: nothing of the kind is told by the filled spans, and every row is the first of its execution. */
export const LEFT_OUT = [
  'heartbeat_at',
  'expected_end_at',
  'error_stack',
  'response_status_code',
  'parent_execution_id',
  'retry_of',
  'replay_of',
  'input_truncated',
  'output_truncated',
  'spans_truncated',
  'previous_started_at',
  'previous_status',
  'is_deleted',
  'removed',
]

/** Those that this schema has. */
export const EXECUTION_COLUMNS = Object.fromEntries(
  Object.entries(VALUES).filter(([name]) => name in EXECUTIONS.columns),
)
