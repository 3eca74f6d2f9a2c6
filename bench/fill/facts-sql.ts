/**
 * SQL for what an execution of a given number is: everything follows from its number, so that spans, steps and executions that are
 * inserted one after another agree, and a part that was interrupted comes out the same again.
 */

export interface Timeline {
  /** Start of the first execution, nanoseconds since the epoch. */
  fromNs: bigint
  /** Between one start and the next. */
  stepNs: bigint
  executions: number
}

export const STEPS = 9
/** Every so many executions one has many steps. */
export const LONG_EVERY = 1000
export const LONG_STEPS = 50
/** The last ones have not ended. */
const RUNNING = 20

const STEP_NAMES = [
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

const draw = (salt: string, below: number) => `cityHash64(number, '${salt}') % ${below}`
const unit = (salt: string) => `(cityHash64(number, '${salt}') / 18446744073709551616.)`
const list = (texts: readonly string[]) => `[${texts.map((text) => `'${text}'`).join(', ')}]`

/** Each has about two hundred executions. */
export function usersOf(executions: number): number {
  return Math.max(1, Math.ceil(executions / 200))
}

/** Columns of one row per execution; the names are those of `executions` where there is one. */
export function factsSql({ fromNs, stepNs, executions }: Timeline, first: number, count: number): string {
  return `SELECT
  number,
  concat('run-', leftPad(toString(number), 10, '0')) AS execution_id,
  sipHash128(number, 'trace') AS trace_id,
  ${draw('kind', 100)} AS kind_draw,
  multiIf(kind_draw < 74, 'workflow', kind_draw < 86, 'agent', kind_draw < 91, 'job', kind_draw < 95, 'query', 'request') AS kind,
  toUInt32(200 * pow(${unit('workflow')}, 2.5)) AS workflow,
  multiIf(kind = 'agent', 'langgraph', workflow % 3 = 0, 'n8n', 'runlens') AS provider,
  concat('flow-', toString(workflow)) AS workflow_id,
  concat('Flow ', toString(workflow)) AS workflow_name,
  concat('service-', toString(workflow % 12)) AS service,
  concat('user-', toString(${draw('user', usersOf(executions))})) AS user_id,
  if(kind = 'agent', concat('thread-', toString(${draw('thread', 400_000)})), '') AS conversation_id,
  multiIf(${draw('environment', 20)} < 16, 'production', ${draw('environment', 20)} < 19, 'staging', 'test') AS environment,
  arrayElement(['webhook', 'schedule', 'manual', 'queue'], toUInt8(1 + ${draw('mode', 4)})) AS mode,
  number >= ${executions - RUNNING} AS is_running,
  ${draw('status', 1000)} AS status_draw,
  multiIf(is_running, 'running', status_draw < 925, 'success', status_draw < 930, 'partial', status_draw < 965, 'error',
    status_draw < 982, 'failed', status_draw < 993, 'timeout', 'cancelled') AS status,
  status IN ('error', 'failed', 'timeout') AS is_failed,
  if(number % ${LONG_EVERY} = 0, ${LONG_STEPS}, ${STEPS}) AS step_count,
  exp(3 + 6 * pow(${unit('duration')}, 1.6)) AS duration,
  toInt64(duration * 1e6) AS duration_ns,
  fromUnixTimestamp64Nano(toInt64(${fromNs}) + toInt64(number) * ${stepNs} + toInt64(cityHash64(number, 'start') % ${stepNs}), 'UTC') AS started_at,
  if(is_failed, arrayElement(['TimeoutError', 'HttpError', 'ValidationError', 'ConnectionError'], toUInt8(1 + ${draw('error', 4)})), '') AS error_type,
  if(is_failed, concat(error_type, ': upstream ', toString(${draw('upstream', 300)}), ' did not do what was asked'), '') AS error_message
FROM numbers(${first}, ${count})`
}

/** Of step `j`, from 1. */
export const stepSql = {
  name: `concat(arrayElement(${list(STEP_NAMES)}, 1 + (j - 1) % 8), if(j > 8, concat(' ', toString(intDiv(j - 1, 8))), ''))`,
  type: `arrayElement(${list(STEP_TYPES)}, 1 + (j - 1) % 8)`,
  /** The failure of an execution is that of its last step. */
  status: `multiIf(j < step_count, 'success', is_running, '', is_failed, 'error', 'success')`,
  startNs: 'intDiv(duration_ns * (j - 1), step_count)',
  endNs: 'intDiv(duration_ns * j, step_count)',
} as const
