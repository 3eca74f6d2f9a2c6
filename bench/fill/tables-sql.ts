/** SQL that fills the tables of one run of executions. Columns are named, so that those which are not keep their defaults. */
import { EXECUTIONS } from '@runlens/clickhouse'
import { factsSql, stepSql, type Timeline } from './facts-sql.ts'

const plus = (nanoseconds: string) =>
  `fromUnixTimestamp64Nano(toUnixTimestamp64Nano(started_at) + ${nanoseconds}, 'UTC')`
const spanId = (j: string) => `reinterpretAsFixedString(sipHash64(number, toUInt32(${j})))`
const NO_ID = "toFixedString('', 8)"
const ANCHOR = 'toDateTime64(started_at, 6)'

/** Texts of `labels_json`. */
const LABELS: Record<string, string> = {
  provider: 'provider',
  execution_kind: "if(j = 0, kind, '')",
  instance: "concat('shop/', service)",
  workflow_id: "if(j = 0, workflow_id, '')",
  workflow_name: "if(j = 0, workflow_name, '')",
  mode: "if(j = 0, mode, '')",
  environment: 'environment',
  step_name: `if(j = 0, '', ${stepSql.name})`,
  step_type: `if(j = 0, '', ${stepSql.type})`,
  error_type: "if(j IN (0, step_count), error_type, '')",
  input_key: "if(j = 0, 'runlens.execution.input', '')",
}

/** Texts of `fields_json`. */
const FIELDS: Record<string, string> = {
  status_message: "if(is_failed AND j IN (0, step_count), error_message, '')",
  execution_id: "if(j = 0, execution_id, '')",
  user_id: "if(j = 0, user_id, '')",
  conversation_id: "if(j = 0, conversation_id, '')",
  error_message: "if(j IN (0, step_count), error_message, '')",
}

const ENTRY_ATTRIBUTES: Record<string, string> = {
  'runlens.execution.id': 'execution_id',
  'runlens.execution.kind': 'kind',
  'runlens.workflow.id': 'workflow_id',
  'runlens.workflow.name': 'workflow_name',
  'user.id': 'user_id',
  'app.order': "toString(cityHash64(number, 'order') % 1000000)",
  'app.region': "'eu-west-1'",
  'app.is_dry_run': "'false'",
  'runlens.execution.input': `concat('{"order":"', toString(number), '"}')`,
}

const STEP_ATTRIBUTES: Record<string, string> = {
  'runlens.step.name': stepSql.name,
  'runlens.step.type': stepSql.type,
  'runlens.step.index': 'toString(j)',
  'runlens.step.items_in': 'toString(cityHash64(number, j) % 40)',
  'runlens.step.items_out': 'toString(cityHash64(number, j) % 40)',
  'http.request.method': "'GET'",
  'url.full': "concat('https://api.internal/v1/items/', toString(cityHash64(number, j, 'url') % 1000000))",
  'server.address': "'api.internal'",
  'server.port': "'443'",
  'thread.id': "toString(cityHash64(number, j, 'thread') % 64)",
}

/** Members of `labels_json`. */
function shape(attributes: Record<string, string>, types: string): string {
  const keys = JSON.stringify(Object.keys(attributes))
  return `"attempt":1,"flags":257,"attribute_keys":${keys},"attribute_types":"${types}"`
}

/** A document of `members`, which may be none, and of texts, those that are empty left out; '' for one of nothing. */
function documentSql(texts: Record<string, string>, members: string): string {
  const pairs = Object.entries(texts).map(([name, sql]) => `'${name}', toString(${sql})`)
  const written = `toJSONString(mapFilter((name, text) -> text != '', map(${pairs.join(', ')})))`
  const all = `arrayStringConcat(arrayFilter(part -> part != '', [${members}, substring(${written}, 2, length(${written}) - 2)]), ',')`
  return `if(${all} = '', '', concat('{', ${all}, '}'))`
}

/** Column → expression over the facts of the execution and `j`: 0 is the entry, the others are its steps. */
const SPAN_COLUMNS: Record<string, string> = {
  tenant: "'default'",
  received_at: `toDateTime64(${plus('duration_ns')}, 3)`,
  trace_id: 'trace_id',
  span_id: spanId('j'),
  parent_span_id: `if(j = 0, ${NO_ID}, ${spanId('0')})`,
  name: `if(j = 0, workflow_name, ${stepSql.name})`,
  kind: `if(j % 3 = 0, 1, 3)`,
  started_at: `if(j = 0, started_at, ${plus(stepSql.startNs)})`,
  ended_at: `if(is_running AND j IN (0, step_count), toDateTime64(0, 9, 'UTC'), ${plus(`if(j = 0, duration_ns, ${stepSql.endNs})`)})`,
  status_code: 'if(is_failed AND j IN (0, step_count), 2, 1)',
  service: 'service',
  role: "if(j = 0, 'entry', 'step')",
  status: `if(j = 0, status, ${stepSql.status})`,
  attribute_values: `toJSONString(if(j = 0, [${Object.values(ENTRY_ATTRIBUTES).join(', ')}], [${Object.values(STEP_ATTRIBUTES).join(', ')}]))`,
  labels_json: documentSql(
    LABELS,
    `if(j = 0, '"rule":1,"status_explicit":1,${shape(ENTRY_ATTRIBUTES, 'sssssssbs')}', '${shape(STEP_ATTRIBUTES, 'ssiiisssii')}')`,
  ),
  fields_json: documentSql(FIELDS, `if(j = 0, '', concat('"rows_returned":', toString(cityHash64(number, j) % 40)))`),
  scope_json: `'{"name":"runlens","version":"0.1.0"}'`,
  resource_json: `concat('{"attributes":', toJSONString(map('service.name', service, 'service.namespace', 'shop', 'service.version', '2.14.1',
    'deployment.environment.name', environment, 'host.name', concat('node-', toString(workflow % 20)))), ',"attribute_types":"sssss"}')`,
}

const LOCATOR_COLUMNS: Record<string, string> = {
  tenant: "'default'",
  execution_id: 'execution_id',
  instance: "concat('shop/', service)",
  trace_id: 'trace_id',
  anchor_at: ANCHOR,
  anchors: `[${ANCHOR}]`,
}

const steps = (expression: string) => `arrayMap(j -> ${expression}, range(1, toUInt32(step_count) + 1))`

const EXECUTION_COLUMNS: Record<string, string> = {
  tenant: "'default'",
  anchor_at: ANCHOR,
  execution_id: 'execution_id',
  instance: "concat('shop/', service)",
  kind: 'kind',
  provider: 'provider',
  workflow_id: 'workflow_id',
  workflow_name: 'workflow_name',
  status: 'status',
  status_explicit: '1',
  mode: 'mode',
  environment: 'environment',
  service: 'service',
  user_id: 'user_id',
  conversation_id: 'conversation_id',
  started_at: 'started_at',
  ended_at: `if(is_running, NULL, ${plus('duration_ns')})`,
  last_seen_at: plus('duration_ns'),
  duration_ms: 'if(is_running, NULL, duration_ns / 1e6)',
  queue_ms: "if(mode = 'queue', cityHash64(number, 'queue') % 3000, NULL)",
  error_type: 'error_type',
  error_class: "if(is_failed, 'dependency', '')",
  error_message: 'error_message',
  error_fingerprint: "if(is_failed, lower(hex(cityHash64(error_type, workflow))), '')",
  failed_step: `if(is_failed, arrayElement(${steps(stepSql.name)}, -1), '')`,
  failed_step_names: `if(is_failed, [arrayElement(${steps(stepSql.name)}, -1)], [])`,
  step_count: 'step_count',
  failed_steps: 'is_failed',
  rows_total: 'arraySum(arrayMap(j -> cityHash64(number, j) % 40, range(1, toUInt32(step_count) + 1)))',
  rows_returned: 'cityHash64(number, step_count) % 40',
  trace_id: 'trace_id',
  span_id: spanId('0'),
  'segments.trace_id': '[trace_id]',
  'segments.span_id': `[${spanId('0')}]`,
  'segments.started_at': '[started_at]',
  'segments.ended_at': `[if(is_running, toDateTime64(0, 9, 'UTC'), ${plus('duration_ns')})]`,
  'segments.status': '[status]',
  'steps.name': `if(is_running, [], ${steps(stepSql.name)})`,
  'steps.type': `if(is_running, [], ${steps(stepSql.type)})`,
  'steps.status': `if(is_running, [], ${steps(stepSql.status)})`,
  'steps.duration_ms': `if(is_running, [], ${steps(`toFloat32((${stepSql.endNs} - ${stepSql.startNs}) / 1e6)`)})`,
  attempt: '1',
  input: `concat('{"order":"', toString(number), '"}')`,
  output: `concat('{"state":"done","total":', toString(cityHash64(number, 'total') % 100000), '}')`,
  attributes: `map('app.order', toString(cityHash64(number, 'order') % 1000000), 'app.region', 'eu-west-1', 'app.is_dry_run', 'false')`,
  content_hash: "cityHash64(number, 'content')",
  // Each in a batch of its own, as far as the worker can tell.
  settled_at: `toDateTime64(${plus('duration_ns')}, 6)`,
  version: '1',
}

export interface FillStatement {
  table: string
  sql: string
}

/** In the order in which the stack writes them. */
export function fillStatements(timeline: Timeline, first: number, count: number): FillStatement[] {
  const facts = factsSql(timeline, first, count)
  const known = Object.entries(EXECUTION_COLUMNS).filter(([name]) => name in EXECUTIONS.columns)
  return [
    insert('spans', SPAN_COLUMNS, `(\n${facts}\n) ARRAY JOIN range(0, toUInt32(step_count) + 1) AS j`),
    insert('execution_locator', LOCATOR_COLUMNS, `(\n${facts}\n)`),
    insert('executions', Object.fromEntries(known), `(\n${facts}\n)`),
  ]
}

function insert(table: string, columns: Record<string, string>, from: string): FillStatement {
  const names = Object.keys(columns).map((name) => `\`${name}\``)
  return {
    table,
    sql: `INSERT INTO ${table} (${names.join(', ')})\nSELECT\n  ${Object.values(columns).join(',\n  ')}\nFROM ${from}`,
  }
}
