/**
 * SQL for what an execution of a given number is: everything follows from its number, so that spans, steps and executions that are
 * inserted one after another agree, and a part that was interrupted comes out the same again.
 */
import { FAULT_PARTS, FAULT_TYPES, KIND_STRIDE, KINDS, LONG_EVERY, LONG_STEPS, STEPS } from './numbers.ts'

export interface Timeline {
  /** Start of the first execution, nanoseconds since the epoch. */
  fromNs: bigint
  /** Between one start and the next. */
  stepNs: bigint
  executions: number
}

/** The last ones have not ended. */
export const RUNNING = 20

export const STEP_NAMES = [
  'validate',
  'load customer',
  'price',
  'reserve stock',
  'charge',
  'send invoice',
  'notify',
  'archive',
]
const STEP_TYPES = ['task', 'db', 'http', 'task', 'http', 'tool', 'http', 'db']
const DATABASES = ['postgresql', 'kdb', 'starburst', 'mysql', 'clickhouse', 'mongodb']

const draw = (salt: string, below: number) => `cityHash64(number, '${salt}') % ${below}`
const unit = (salt: string) => `(cityHash64(number, '${salt}') / 18446744073709551616.)`
const list = (texts: readonly string[]) => `[${texts.map((text) => `'${text}'`).join(', ')}]`
const oneOf = (texts: readonly string[], index: string) =>
  `arrayElement(${list(texts)}, toUInt8(least(${texts.length}, 1 + ${index})))`

const kind = `multiIf(${KINDS.map(({ name, below }) => `kind_draw < ${below}, '${name}'`).join(', ')}, 'request')`

/** Each has about two hundred executions. */
export function usersOf(executions: number): number {
  return Math.max(1, Math.ceil(executions / 200))
}

/** Each has about eight runs of agents. */
export function conversationsOf(executions: number): number {
  return Math.max(1, Math.ceil((executions * 0.12) / 8))
}

/**
 * Columns of one row per execution; the names are those of `executions` where there is one. No text but `input`, `output` and those in
 * `attribute` columns has anything in it that JSON must escape.
 */
export function factsSql({ fromNs, stepNs, executions }: Timeline, first: number, count: number): string {
  return `SELECT
  number,
  concat('run-', leftPad(toString(number), 10, '0')) AS execution_id,
  sipHash128(number, 'trace') AS trace_id,
  (number * ${KIND_STRIDE}) % 100 AS kind_draw,
  ${kind} AS kind,
  toUInt32(200 * pow(${unit('workflow')}, 2.5)) AS workflow,
  multiIf(kind = 'agent', 'langgraph', workflow % 3 = 0, 'n8n', 'runlens') AS provider,
  kind = 'workflow' AND provider = 'runlens' AND ${draw('visual', 5)} = 0 AS is_visual,
  concat('flow-', toString(workflow)) AS workflow_id,
  concat('Flow ', toString(workflow)) AS workflow_name,
  concat('1.', toString(intDiv(number * 6, ${executions}))) AS workflow_version,
  concat('service-', toString(workflow % 12)) AS service,
  concat('user-', toString(${draw('user', usersOf(executions))})) AS user_id,
  if(kind = 'agent', concat('thread-', toString(${draw('thread', conversationsOf(executions))})), '') AS conversation_id,
  multiIf(${draw('environment', 20)} < 16, 'production', ${draw('environment', 20)} < 19, 'staging', 'test') AS environment,
  if(is_visual, ${oneOf(['cloud-run', 'local-run'], draw('mode', 2))}, ${oneOf(['webhook', 'schedule', 'manual', 'queue'], draw('mode', 4))}) AS mode,
  number >= ${executions - RUNNING} AS is_running,
  ${draw('status', 1000)} AS status_draw,
  multiIf(is_running, 'running', status_draw < 925, 'success', status_draw < 930, 'partial', status_draw < 965, 'error',
    status_draw < 982, 'failed', status_draw < 993, 'timeout', 'cancelled') AS status,
  status IN ('error', 'failed', 'timeout') AS is_failed,
  if(number % ${LONG_EVERY} = 0, ${LONG_STEPS}, ${STEPS}) AS step_count,
  exp(3 + 6 * pow(${unit('duration')}, 1.6)) AS duration,
  toInt64(duration * 1e6) AS duration_ns,
  fromUnixTimestamp64Nano(toInt64(${fromNs}) + toInt64(number) * ${stepNs} + toInt64(cityHash64(number, 'start') % ${stepNs}), 'UTC') AS started_at,
  toInt64(if(mode = 'queue', cityHash64(number, 'queue') % 3000 * 1000000, 0)) AS wait_ns,
  if(is_failed, ${oneOf(FAULT_TYPES, draw('error', FAULT_TYPES.length))}, '') AS error_type,
  if(is_failed, ${oneOf(FAULT_PARTS, `${FAULT_PARTS.length} * pow(${unit('fault')}, 2)`)}, '') AS fault,
  if(is_failed, concat(error_type, ': upstream ', toString(${draw('upstream', 300)}), ' did not do ', fault), '') AS error_message,
  if(kind = 'query', ${oneOf(DATABASES, draw('database', DATABASES.length))}, '') AS database_type,
  if(kind = 'query', concat('SELECT symbol, avg(price) FROM trades WHERE day = ', toString(${draw('day', 365)}), ' GROUP BY symbol'), '') AS query,
  if(kind = 'agent', concat('{"messages":[{"role":"user","content":"Where is order ', toString(number), '?"}]}'),
    concat('{"order":"', toString(number), '"}')) AS input,
  multiIf(is_running OR is_failed, '',
    kind = 'agent', concat('{"messages":[{"role":"user","content":"Where is order ', toString(number), '?"},{"role":"assistant","content":"Order ',
      toString(number), ' left us and will be with you on day ', toString(${draw('total', 365)}), '."}]}'),
    concat('{"state":"done","total":', toString(${draw('total', 100_000)}), '}')) AS output
FROM numbers(${first}, ${count})`
}

/** Every workflow has the steps in an order of its own. */
const place = '(1 + (toUInt32(j) - 1 + workflow) % 8)'

/** Of step `j`, from 1. */
export const stepSql = {
  name: `concat(arrayElement(${list(STEP_NAMES)}, ${place}), if(j > 8, concat(' ', toString(intDiv(j - 1, 8))), ''))`,
  type: `arrayElement(${list(STEP_TYPES)}, ${place})`,
  isQuery: `(${place} IN (${STEP_TYPES.flatMap((type, index) => (type === 'db' ? [index + 1] : [])).join(', ')}))`,
  /** The failure of an execution is that of its last step. */
  status: `multiIf(j < step_count, 'success', is_running, '', is_failed, 'error', 'success')`,
  startNs: 'intDiv(duration_ns * (toInt64(j) - 1), toInt64(step_count))',
  endNs: 'intDiv(duration_ns * toInt64(j), toInt64(step_count))',
  rows: 'cityHash64(number, toUInt32(j)) % 40',
  /** Of those that are queries. */
  databaseType: `arrayElement(${list(DATABASES)}, 1 + intDiv(workflow + toUInt32(j), 2) % ${DATABASES.length})`,
  query: `concat(if(${place} = 2, 'SELECT name, balance FROM customers WHERE id = ', 'INSERT INTO archive SELECT id, state FROM orders WHERE id = '),
    toString(cityHash64(number, toUInt32(j), 'row') % 1000000))`,
} as const
