/** Failures as rows to be counted by what failed: from the executions, from the hourly rollup, or from both, in one shape. */
import { ERROR_SAMPLE_TEXT_MAX, FAILURES, LOST_FINGERPRINT, NO_FINGERPRINT } from '@runlens/clickhouse'
import { FAILURE_STATUSES } from '@runlens/conventions'
import type { FiguresPlan } from '../figures.ts'
import { type Parameters, rowsOf, type Scope } from '../question.ts'
import { inRawHours, openIn } from '../raw-hours.ts'
import { fellSilent, type Silence, statusConditions } from '../status.ts'
import { besideDays, onDays, wholeDays } from '../whole-days.ts'

export interface ErrorFilter {
  /** Half-open, nanoseconds. */
  range: { from: bigint; to: bigint }
  /** null: all but query and request; 'all': every kind. */
  kind: readonly string[] | null | 'all'
  environment: string | null
  workflowId: string | null
  /** Only these groups, or all but these. */
  fingerprints: { readonly are: boolean; readonly of: readonly string[] } | null
  /** Only what started at one of these nanoseconds. No rollup knows it: the executions must be read. */
  starts?: readonly string[]
  silence: Silence
}

/**
 * `SELECT … UNION ALL SELECT …` of rows `(fingerprint, at, workflow_id, workflow_name, error_type, error_class, failed_step, hit_users,
 * newest, first_at, last_at, n)`: one failure each, or those of an hour or a day. `at` is nanoseconds, exact to the hour for rollups; `newest` are
 * samples as `error_hours` keeps them, none of a day.
 * @param cuts moments at which the rows are told apart, nanoseconds; days are read only where these are given
 */
export function errorRows(
  scope: Scope,
  filter: ErrorFilter,
  plan: FiguresPlan,
  parameters: Parameters,
  cuts?: readonly bigint[],
): string {
  const within = [
    `started_at >= ${parameters.bindTime('errors_from', filter.range.from)}`,
    `started_at < ${parameters.bindTime('errors_to', filter.range.to)}`,
  ]
  if (filter.starts) within.push(`started_at IN ${parameters.bindTimes('starts', filter.starts)}`)
  if (plan.source === 'raw') return rawRows(scope, filter, FAILURE_STATUSES, within, parameters)
  const parts = rollupParts(scope, filter, plan, parameters, cuts)
  if (plan.rawHours.length > 0) {
    const conditions = [...within, ...inRawHours(plan.rawHours, parameters)]
    parts.push(rawRows(scope, filter, FAILURE_STATUSES, conditions, parameters))
  }
  if (plan.openHours.length > 0 && mayBeLost(filter)) {
    // A rollup can't tell the lost from the open: both are few and read where the rollup of executions says that there are any.
    const lost = [...within, ...openIn(plan.openHours, parameters), fellSilent(parameters, filter.silence)]
    parts.push(rawRows(scope, filter, FAILURE_STATUSES, lost, parameters))
  }
  return parts.join('\nUNION ALL\n')
}

/** SQL for the group that a failed execution belongs to. */
export function fingerprintOf(parameters: Parameters, silence: Silence): string {
  return `multiIf(error_fingerprint != '', error_fingerprint, ${fellSilent(parameters, silence)}, '${LOST_FINGERPRINT}', '${NO_FINGERPRINT}')`
}

/** Conditions for the failed executions of one group. */
export function groupConditions(fingerprint: string, silence: Silence, parameters: Parameters): string[] {
  if (fingerprint === LOST_FINGERPRINT)
    return ["error_fingerprint = ''", ...statusConditions(['lost'], parameters, silence)]
  const stored = fingerprint === NO_FINGERPRINT ? '' : fingerprint
  return [`error_fingerprint = ${parameters.bind('fingerprint', 'String', stored)}`, `status IN ${FAILURES}`]
}

/** Conditions on columns that executions and rollup share. */
export function errorScopeConditions(filter: ErrorFilter, parameters: Parameters): string[] {
  const { kind, environment, workflowId } = filter
  const conditions: string[] = []
  if (kind === null) conditions.push("kind NOT IN ('query', 'request')")
  else if (kind !== 'all') conditions.push(`kind IN ${parameters.bind('kinds', 'Array(String)', kind)}`)
  if (environment !== null) conditions.push(`environment = ${parameters.bind('environment', 'String', environment)}`)
  if (workflowId !== null) conditions.push(`workflow_id = ${parameters.bind('workflow_id', 'String', workflowId)}`)
  return conditions
}

function isOneOf({ fingerprints }: ErrorFilter, expression: string, parameters: Parameters): string[] {
  if (!fingerprints) return []
  const list = parameters.bind('fingerprints', 'Array(String)', fingerprints.of)
  return [`${expression} ${fingerprints.are ? 'IN' : 'NOT IN'} ${list}`]
}

function mayBeLost({ fingerprints }: ErrorFilter): boolean {
  return fingerprints === null || fingerprints.of.includes(LOST_FINGERPRINT) === fingerprints.are
}

function rawRows(
  scope: Scope,
  filter: ErrorFilter,
  statuses: readonly string[],
  conditions: readonly string[],
  parameters: Parameters,
): string {
  const fingerprint = fingerprintOf(parameters, filter.silence)
  const rows = rowsOf('executions', scope, parameters, [
    ...conditions,
    ...errorScopeConditions(filter, parameters),
    ...statusConditions(statuses, parameters, filter.silence),
    ...isOneOf(filter, fingerprint, parameters),
  ])
  const start = 'toUnixTimestamp64Nano(started_at)'
  const columns = [
    `${fingerprint} AS fingerprint`,
    `${start} AS at`,
    'workflow_id',
    'workflow_name',
    'error_type',
    'error_class',
    'failed_step',
    "if(user_id = '', [], [sipHash128(user_id)]) AS hit_users",
    `[(-${start}, execution_id, toString(instance), substringUTF8(error_message, 1, ${ERROR_SAMPLE_TEXT_MAX}))] AS newest`,
    'started_at AS first_at',
    'started_at AS last_at',
    'toUInt64(1) AS n',
  ]
  return `SELECT\n  ${columns.join(',\n  ')}\n${rows}`
}

function rollupParts(
  scope: Scope,
  filter: ErrorFilter,
  { rawHours }: FiguresPlan,
  parameters: Parameters,
  cuts: readonly bigint[] | undefined,
): string[] {
  const byHour = (conditions: readonly string[]) =>
    rollupRows(scope, filter, parameters, 'error_hours', [
      `hour >= ${parameters.bindTime('errors_from', filter.range.from)}`,
      `hour < ${parameters.bindTime('errors_to', filter.range.to)}`,
      ...conditions,
      `toUnixTimestamp(hour) NOT IN ${parameters.bind('raw_hours', 'Array(UInt32)', rawHours)}`,
    ])
  const days = cuts && wholeDays(filter.range, cuts, rawHours)
  if (!days) return [byHour([])]
  return [
    rollupRows(scope, filter, parameters, 'error_days', onDays(days, parameters)),
    byHour([besideDays(days, parameters)]),
  ]
}

function rollupRows(
  scope: Scope,
  filter: ErrorFilter,
  parameters: Parameters,
  table: 'error_days' | 'error_hours',
  conditions: readonly string[],
): string {
  const [time, samples] =
    table === 'error_days' ? ['day', "CAST([], 'Array(Tuple(Int64, String, String, String))')"] : ['hour', 'samples']
  const rows = rowsOf(table, scope, parameters, [
    ...conditions,
    'executions > 0',
    ...errorScopeConditions(filter, parameters),
    ...isOneOf(filter, 'error_fingerprint', parameters),
  ])
  const columns = [
    'toString(error_fingerprint) AS fingerprint',
    `toInt64(toUnixTimestamp(${time})) * 1000000000 AS at`,
    'workflow_id',
    'workflow_name',
    'error_type',
    'error_class',
    'failed_step',
    'users AS hit_users',
    `${samples} AS newest`,
    'first_started_at AS first_at',
    'last_started_at AS last_at',
    'executions AS n',
  ]
  return `SELECT\n  ${columns.join(',\n  ')}\n${rows}`
}
