/** Counts what the demo sent, for the progress line and for the summary at the end. */
import { STATUSES, type Status } from '@runlens/conventions'
import type { DemoRun } from './run.ts'

export interface Tally {
  executions: number
  spans: number
  byStatus: Map<Status, number>
}

export function createTally(): Tally {
  return { executions: 0, spans: 0, byStatus: new Map() }
}

export function addToTally(tally: Tally, runs: readonly DemoRun[]): void {
  for (const { spans, statuses } of runs) {
    tally.spans += spans.length
    for (const status of statuses) addExecution(tally, status)
  }
}

export function addExecution(tally: Tally, status: Status): void {
  tally.executions++
  tally.byStatus.set(status, (tally.byStatus.get(status) ?? 0) + 1)
}

/** `1234 executions (1200 success, 34 error), 5678 spans`. */
export function tallyText({ executions, spans, byStatus }: Tally): string {
  const parts = STATUSES.flatMap((status) => (byStatus.has(status) ? [`${byStatus.get(status)} ${status}`] : []))
  const detail = parts.length > 0 ? ` (${parts.join(', ')})` : ''
  return `${executions} executions${detail}, ${spans} spans`
}
