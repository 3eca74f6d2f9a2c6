/** A version of an execution as the log tells it, and who may see it. */
import type { Status } from '@runlens/conventions'
import type { Scope } from '../questions/question.ts'
import type { Position } from './position.ts'

export interface Change {
  position: Position
  tenant: string
  execution_id: string
  instance: string
  kind: string
  provider: string
  workflow_id: string
  workflow_name: string
  environment: string
  service: string
  user_id: string
  conversation_id: string
  status: Status
  /** '' in the first version. */
  previous_status: Status | ''
  /** Nanoseconds since the epoch. */
  started_ns: string
  ended_ns: string | null
  duration_ms: number | null
  progress: number | null
  version: string
}

/** Texts by which a stream may be narrowed. */
export const FILTER_FIELDS = [
  'execution_id',
  'instance',
  'provider',
  'workflow_id',
  'workflow_name',
  'environment',
  'service',
  'user_id',
  'conversation_id',
] as const

export interface ChangeFilter {
  equal: Partial<Record<(typeof FILTER_FIELDS)[number], string>>
  /** null: every kind. */
  kind: readonly string[] | null
  status: readonly string[] | null
}

/** Whether a reader gets to see a change: the one place where the live side holds to tenant and owner. */
export function isVisible(change: Change, scope: Scope): boolean {
  if (change.tenant !== scope.tenant) return false
  if (scope.owner === undefined || change.user_id === scope.owner) return true
  return scope.unowned === 'shared' && change.user_id === ''
}

export function matches(change: Change, { equal, kind, status }: ChangeFilter): boolean {
  if (kind !== null && !kind.includes(change.kind)) return false
  if (status !== null && !status.includes(change.status)) return false
  return FILTER_FIELDS.every((field) => equal[field] === undefined || equal[field] === change[field])
}

/** The same for every write of one version: a write that was repeated is one change. */
export function versionKey({ tenant, instance, execution_id, version }: Change): string {
  return `${tenant}\0${instance}\0${execution_id}\0${version}`
}
