/** What a stream tells: a change as an event, and both ways of writing one. */
import { FINAL_STATUSES } from '@runlens/conventions'
import { known } from '../shape-execution.ts'
import { round } from '../shape-figures.ts'
import { formatTimeText } from '../time.ts'
import type { Change } from './change.ts'
import { formatPosition } from './position.ts'

export const EXECUTION_EVENTS = ['execution.started', 'execution.updated', 'execution.completed'] as const
export type EventType = (typeof EXECUTION_EVENTS)[number] | 'counts.update' | 'sync.progress' | 'snapshot' | 'gap'

/** Written once, however many clients get it. */
export class LiveEvent {
  readonly type: EventType
  /** What a client that goes on later names; null where that would skip something. */
  readonly id: string | null
  readonly data: unknown
  #sse: string | undefined
  #message: string | undefined

  constructor(type: EventType, id: string | null, data: unknown) {
    this.type = type
    this.id = id
    this.data = data
  }

  /** As a server-sent event. */
  get sse(): string {
    this.#sse ??= `${this.id === null ? '' : `id: ${this.id}\n`}event: ${this.type}\ndata: ${JSON.stringify(this.data)}\n\n`
    return this.#sse
  }

  /** As a WebSocket message. */
  get message(): string {
    this.#message ??= JSON.stringify({ type: MESSAGE_TYPES[this.type], id: this.id, data: this.data })
    return this.#message
  }
}

const MESSAGE_TYPES: Readonly<Record<EventType, string>> = {
  'execution.started': 'execution_started',
  'execution.updated': 'execution_update',
  'execution.completed': 'execution_completed',
  'counts.update': 'counts_update',
  'sync.progress': 'sync_progress',
  snapshot: 'snapshot',
  gap: 'gap',
}

export function eventOf(change: Change): LiveEvent {
  return new LiveEvent(typeOf(change), formatPosition(change.position), {
    execution_id: change.execution_id,
    instance: known(change.instance),
    kind: change.kind,
    workflow_id: known(change.workflow_id),
    workflow_name: known(change.workflow_name),
    environment: change.environment,
    user_id: known(change.user_id),
    status: change.status,
    started_at: formatTimeText(change.started_ns),
    ended_at: change.ended_ns === null ? null : formatTimeText(change.ended_ns),
    duration: change.duration_ms === null ? null : round(change.duration_ms / 1000, 6),
    duration_ms: change.duration_ms,
    progress: change.progress,
  })
}

/** One that is over when it is first seen was never told as started. */
function typeOf({ status, previous_status }: Change): EventType {
  const wasOver = isOver(previous_status)
  if (isOver(status) && !wasOver) return 'execution.completed'
  return previous_status === '' ? 'execution.started' : 'execution.updated'
}

function isOver(status: string): boolean {
  return (FINAL_STATUSES as readonly string[]).includes(status)
}
