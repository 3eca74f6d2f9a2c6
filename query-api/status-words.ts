/** The words that the views use for statuses, and the canonical statuses that each word means: one table for all of them. */
import { STATUSES, type Status } from '@runlens/conventions'

/** Views with words of their own: query tracking, workflow observability, workflow history, graph runs. */
export type StatusView = 'queries' | 'observability' | 'history' | 'monitoring'

const WORDS = {
  queries: {
    queued: 'running',
    running: 'running',
    waiting: 'running',
    success: 'success',
    partial: 'success',
    failed: 'failed',
    error: 'error',
    timeout: 'timeout',
    cancelled: 'error',
    lost: 'error',
  },
  observability: {
    queued: 'running',
    running: 'running',
    waiting: 'waiting',
    success: 'success',
    partial: 'error',
    failed: 'error',
    error: 'error',
    timeout: 'error',
    cancelled: 'error',
    lost: 'error',
  },
  history: {
    queued: 'running',
    running: 'running',
    waiting: 'running',
    success: 'completed',
    partial: 'completed',
    failed: 'failed',
    error: 'failed',
    timeout: 'failed',
    cancelled: 'cancelled',
    lost: 'failed',
  },
  monitoring: {
    queued: 'running',
    running: 'running',
    waiting: 'running',
    success: 'completed',
    partial: 'partial',
    failed: 'failed',
    error: 'failed',
    timeout: 'failed',
    cancelled: 'failed',
    lost: 'failed',
  },
} as const satisfies Record<StatusView, Record<Status, string>>

/** A word of a view. */
export type StatusWord<V extends StatusView> = (typeof WORDS)[V][Status]

/** What a view calls a status. */
export function wordOf<V extends StatusView>(view: V, status: Status): StatusWord<V> {
  return WORDS[view][status] as StatusWord<V>
}

/** Every word of a view, in order of the statuses. */
export function wordsOf<V extends StatusView>(view: V): [StatusWord<V>, ...StatusWord<V>[]] {
  return [...new Set(STATUSES.map((status) => wordOf(view, status)))] as [StatusWord<V>, ...StatusWord<V>[]]
}

/** The canonical statuses that words of a view mean, in order of the statuses. */
export function statusesOf<V extends StatusView>(view: V, words: readonly StatusWord<V>[]): Status[] {
  return STATUSES.filter((status) => words.includes(wordOf(view, status)))
}
