/** Columns of `spans`: for the entry of an execution, and for each of its steps. */
import { RUNLENS_VISUAL } from '@runlens/conventions'
import { stepSql } from './facts-sql.ts'
import { type Member, objectSql, textsSql } from './json-sql.ts'

export const plus = (nanoseconds: string) =>
  `fromUnixTimestamp64Nano(toUnixTimestamp64Nano(started_at) + ${nanoseconds}, 'UTC')`
export const spanId = (j: string) => `reinterpretAsFixedString(sipHash64(number, toUInt32(${j})))`
export const NO_TIME = "toDateTime64(0, 9, 'UTC')"
export const INSTANCE = "concat('shop/', service)"
const NO_ID = "toFixedString('', 8)"

interface AttributeGroup {
  /** Of which executions; of all without it. */
  when?: string
  /** Key → code of the type and value. */
  of: Readonly<Record<string, readonly [type: string, sql: string]>>
}

const PAYLOAD = { 'runlens.execution.input': ['s', 'input'], 'runlens.execution.output': ['s', 'output'] } as const

const ENTRY_GROUPS: readonly AttributeGroup[] = [
  {
    of: {
      'runlens.execution.id': ['s', 'execution_id'],
      'runlens.execution.kind': ['s', 'kind'],
      'runlens.execution.mode': ['s', 'mode'],
      'runlens.workflow.id': ['s', 'workflow_id'],
      'runlens.workflow.name': ['s', 'workflow_name'],
      'runlens.workflow.version': ['s', 'workflow_version'],
      'user.id': ['s', 'user_id'],
      'app.order': ['s', "toString(cityHash64(number, 'order') % 1000000)"],
      'app.region': ['s', "'eu-west-1'"],
      'app.is_dry_run': ['b', "'false'"],
    },
  },
  { when: "kind = 'agent'", of: { 'gen_ai.conversation.id': ['s', 'conversation_id'] } },
  {
    when: "kind = 'query'",
    of: {
      'db.system.name': ['s', 'database_type'],
      'db.query.text': ['s', 'query'],
      'runlens.query.complexity': ['s', "arrayElement(['simple', 'medium', 'complex'], 1 + number % 3)"],
      'runlens.query.page': ['i', 'toString(1 + number % 7)'],
      'runlens.query.page_size': ['i', "'100'"],
    },
  },
  {
    when: 'is_visual',
    of: {
      [RUNLENS_VISUAL.enabled]: ['b', "'true'"],
      [RUNLENS_VISUAL.streaming]: ['b', "if(number % 2 = 0, 'true', 'false')"],
      [RUNLENS_VISUAL.quality]: ['s', "arrayElement(['low', 'medium', 'high'], 1 + number % 3)"],
      [RUNLENS_VISUAL.sessionId]: ['s', "concat('session-', toString(number))"],
      [RUNLENS_VISUAL.eventsCaptured]: ['i', "toString(cityHash64(number, 'events') % 500)"],
      [RUNLENS_VISUAL.streamDurationSeconds]: ['d', 'toString(round(duration / 1000, 3))'],
    },
  },
]

/** Keys, codes of types and values; in SQL, an array or a text for each. */
function attributesSql(groups: readonly AttributeGroup[]) {
  const joined = (together: string, empty: string, part: (of: AttributeGroup['of']) => string) =>
    `${together}(${groups.map(({ when, of }) => (when ? `if(${when}, ${part(of)}, ${empty})` : part(of))).join(', ')})`
  return {
    keys: joined('arrayConcat', '[]', (of) => `[${Object.keys(of).map((key) => `'${key}'`)}]`),
    types: joined(
      'concat',
      "''",
      (of) =>
        `'${Object.values(of)
          .map(([type]) => type)
          .join('')}'`,
    ),
    values: joined('arrayConcat', '[]', (of) => `[${Object.values(of).map(([, sql]) => sql)}]`),
  }
}

const ENTRY = attributesSql([...ENTRY_GROUPS, { of: PAYLOAD }])
const OWN = attributesSql(ENTRY_GROUPS)

/** What settling keeps of the entry's attributes: all but input and output. */
export const EXECUTION_ATTRIBUTES = `mapFromArrays(${OWN.keys}, ${OWN.values})`

const SHARED_STEP_ATTRIBUTES = {
  'runlens.step.name': 'step_name',
  'runlens.step.type': 'step_type',
  'runlens.step.index': 'toString(j)',
  'runlens.step.items_in': 'toString(step_rows)',
  'runlens.step.items_out': 'toString(step_rows)',
  'server.port': "'443'",
  'thread.id': "toString(cityHash64(number, j, 'thread') % 64)",
}
const SHARED_TYPES = 'ssiiiii'
const HTTP_ATTRIBUTES = {
  ...SHARED_STEP_ATTRIBUTES,
  'server.address': "'api.internal'",
  'http.request.method': "'GET'",
  'url.full': "concat('https://api.internal/v1/items/', toString(cityHash64(number, j, 'url') % 1000000))",
}
const QUERY_ATTRIBUTES = {
  ...SHARED_STEP_ATTRIBUTES,
  'server.address': "'db.internal'",
  'db.system.name': 'step_database',
  'db.query.text': 'step_query',
}

/** Keys, and types as the member after them. */
const keysAndTypes = (attributes: object) =>
  `${JSON.stringify(Object.keys(attributes))},"attribute_types":"${SHARED_TYPES}sss"`

const PARENT_LABELS: Record<string, Member> = {
  provider: { text: 'provider' },
  instance: { text: INSTANCE },
  environment: { text: 'environment' },
}
const ENTRY_LABELS = objectSql(
  '"attempt":1,"flags":257,"rule":1,"status_explicit":1,"input_key":"runlens.execution.input","output_key":"runlens.execution.output"',
  {
    ...PARENT_LABELS,
    attribute_keys: { raw: `toJSONString(${ENTRY.keys})` },
    attribute_types: { text: ENTRY.types },
    execution_kind: { text: 'kind' },
    workflow_id: { text: 'workflow_id' },
    workflow_name: { text: 'workflow_name' },
    workflow_version: { text: 'workflow_version' },
    mode: { text: 'mode' },
    error_type: { text: 'error_type', mayBeEmpty: true },
    database_type: { text: 'database_type', mayBeEmpty: true },
  },
)
const ENTRY_FIELDS = objectSql('', {
  execution_id: { text: 'execution_id' },
  user_id: { text: 'user_id' },
  conversation_id: { text: 'conversation_id', mayBeEmpty: true },
  status_message: { text: 'error_message', mayBeEmpty: true },
  error_message: { text: 'error_message', mayBeEmpty: true },
  query: { text: 'query', mayBeEmpty: true },
  query_complexity: {
    raw: `concat('"', arrayElement(['simple', 'medium', 'complex'], 1 + number % 3), '","query_page":"', toString(1 + number % 7), '","query_page_size":"100"')`,
    when: "kind = 'query'",
  },
  queued_at: {
    raw: `concat('"', toString(toUnixTimestamp64Nano(started_at) - wait_ns), '"')`,
    when: "mode = 'queue'",
  },
  progress: { raw: "'0.5'", when: 'is_running' },
})

const STEP_LABELS = objectSql('"attempt":1,"flags":257', {
  attribute_keys: {
    raw: `if(is_query_step, '${keysAndTypes(QUERY_ATTRIBUTES)}', '${keysAndTypes(HTTP_ATTRIBUTES)}')`,
  },
  ...PARENT_LABELS,
  step_name: { text: 'step_name' },
  step_type: { text: 'step_type' },
  error_type: { text: 'step_error', mayBeEmpty: true },
  database_type: { text: 'step_database', mayBeEmpty: true },
})

const STEP_FIELDS = objectSql('', {
  rows_returned: { raw: 'toString(step_rows)' },
  query: { text: 'step_query', mayBeEmpty: true },
  error_message: {
    raw: `concat('"', error_message, '","status_message":"', error_message, '"')`,
    when: "step_error != ''",
  },
})

const SHARED_COLUMNS = {
  tenant: "'default'",
  received_at: `toDateTime64(${plus('duration_ns')}, 3)`,
  trace_id: 'trace_id',
  service: 'service',
  scope_json: `'{"name":"runlens","version":"0.1.0"}'`,
  resource_json: objectSql('', {
    attributes: {
      raw: objectSql('"service.namespace":"shop","service.version":"2.14.1"', {
        'service.name': { text: 'service' },
        'deployment.environment.name': { text: 'environment' },
        'host.name': { text: "concat('node-', toString(workflow % 20))" },
      }),
    },
    attribute_types: { text: "'sssss'" },
  }),
}

/** Column → expression over the facts of an execution. */
export const ENTRY_COLUMNS: Readonly<Record<string, string>> = {
  ...SHARED_COLUMNS,
  span_id: spanId('0'),
  parent_span_id: NO_ID,
  name: 'workflow_name',
  kind: 'toUInt8(1)',
  started_at: 'started_at',
  ended_at: `if(is_running, ${NO_TIME}, ${plus('duration_ns')})`,
  status_code: 'toUInt8(if(is_failed, 2, 1))',
  role: "'entry'",
  status: 'status',
  attribute_values: `toJSONString(${ENTRY.values})`,
  labels_json: ENTRY_LABELS,
  fields_json: ENTRY_FIELDS,
}

/** The same over the facts, `j` and {@link STEP_FACTS}. */
export const STEP_COLUMNS: Readonly<Record<string, string>> = {
  ...SHARED_COLUMNS,
  span_id: spanId('j'),
  parent_span_id: spanId('0'),
  name: 'step_name',
  kind: 'toUInt8(if(j % 3 = 0, 1, 3))',
  started_at: plus(stepSql.startNs),
  ended_at: `if(is_running AND j = step_count, ${NO_TIME}, ${plus(stepSql.endNs)})`,
  status_code: "toUInt8(if(step_error = '', 1, 2))",
  role: "'step'",
  status: stepSql.status,
  attribute_values: `if(is_query_step, ${textsSql(Object.values(QUERY_ATTRIBUTES))}, ${textsSql(Object.values(HTTP_ATTRIBUTES))})`,
  labels_json: STEP_LABELS,
  fields_json: STEP_FIELDS,
}

/** What several columns of a step follow from. */
export const STEP_FACTS = `${stepSql.name} AS step_name,
  ${stepSql.type} AS step_type,
  ${stepSql.isQuery} AS is_query_step,
  if(is_query_step, ${stepSql.databaseType}, '') AS step_database,
  if(is_query_step, ${stepSql.query}, '') AS step_query,
  if(j = step_count, error_type, '') AS step_error,
  ${stepSql.rows} AS step_rows`
