/** Kinds, statuses, step types and roles: the closed vocabularies, with the numbers ClickHouse stores for them. */

/** What an execution is a run of. */
export const EXECUTION_KINDS = ['workflow', 'agent', 'pipeline', 'job', 'query', 'request'] as const
export type ExecutionKind = (typeof EXECUTION_KINDS)[number]

/**
 * Statuses of executions and steps. Open ones (`queued`, `running`, `waiting`) may still change; all others are final.
 * `lost` is computed when read and never stored.
 */
export const STATUSES = [
  'queued',
  'running',
  'waiting',
  'success',
  'partial',
  'failed',
  'error',
  'timeout',
  'cancelled',
  'lost',
] as const
export type Status = (typeof STATUSES)[number]

/** Enum8 numbers of the statuses in ClickHouse; 0 is "the span says nothing". Never renumber. */
export const STATUS_NUMBER: Readonly<Record<Status | '', number>> = {
  '': 0,
  queued: 1,
  running: 2,
  waiting: 3,
  success: 4,
  partial: 5,
  failed: 6,
  error: 7,
  timeout: 8,
  cancelled: 9,
  lost: 10,
}

export const OPEN_STATUSES = ['queued', 'running', 'waiting'] as const satisfies readonly Status[]
/** Open ones that owe a sign of life. A waiting execution owes none: its engine put it aside, often for days. */
export const LIVELY_STATUSES = ['queued', 'running'] as const satisfies readonly Status[]
export const FINAL_STATUSES = [
  'success',
  'partial',
  'failed',
  'error',
  'timeout',
  'cancelled',
  'lost',
] as const satisfies readonly Status[]

/** Final and no success: what every count of failures counts. */
export const FAILURE_STATUSES = FINAL_STATUSES.filter((status) => status !== 'success')

/** Whether nothing is expected to follow this status. */
export function isFinal(status: Status): boolean {
  return (FINAL_STATUSES as readonly Status[]).includes(status)
}

/** Final statuses that are not a success of any sort: the ones a step passes on to its execution. */
export const UNSUCCESSFUL_STATUSES = [
  'failed',
  'error',
  'timeout',
  'cancelled',
  'lost',
] as const satisfies readonly Status[]

export const STEP_TYPES = ['node', 'task', 'tool', 'llm', 'agent', 'retrieval', 'db', 'http', 'other'] as const
export type StepType = (typeof STEP_TYPES)[number]

/**
 * What a span is, as far as the span alone can say.
 * `entry`: an execution for sure. `candidate`: an execution unless an ancestor is one, else a step.
 * `step`: a node of an execution.
 * `marker`: tells of another span (pending, started), never shown. `other`: a plain span of the tree.
 */
export const ROLES = ['other', 'marker', 'step', 'candidate', 'entry'] as const
export type Role = (typeof ROLES)[number]

/** Enum8 numbers of the roles in ClickHouse. Never renumber. */
export const ROLE_NUMBER: Readonly<Record<Role, number>> = { other: 0, marker: 1, step: 2, candidate: 3, entry: 4 }

/**
 * What is told of a span before or beside it. `started`, `updated`: it is open and says this of itself. `heartbeat`: the same, and only a
 * sign of life. `exception`: it threw this.
 */
export const MARKER_KINDS = ['started', 'updated', 'heartbeat', 'exception'] as const
export type MarkerKind = (typeof MARKER_KINDS)[number]

/** Enum8 numbers of the kinds in ClickHouse. Never renumber. */
export const MARKER_NUMBER: Readonly<Record<MarkerKind, number>> = {
  started: 1,
  updated: 2,
  heartbeat: 3,
  exception: 4,
}

/** The tenant of everything that carries no credential of another one. */
export const DEFAULT_TENANT = 'default'

/** The environment of an execution whose emitter names none. */
export const DEFAULT_ENVIRONMENT = 'default'
