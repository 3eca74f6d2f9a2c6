/** The status of an execution as it is shown: the stored one, except that a queued or running one that fell silent is `lost`. */
import { wordList } from '@runlens/clickhouse'
import { FINAL_STATUSES, LIVELY_STATUSES, OPEN_STATUSES } from '@runlens/conventions'
import type { Parameters } from './question.ts'

export const OPEN = wordList(OPEN_STATUSES)
export const FINAL = wordList(FINAL_STATUSES)

const LIVELY = wordList(LIVELY_STATUSES)

/** How long an execution without any heartbeat may stay queued or running before it counts as lost. */
export const LOST_AFTER_MS = 24 * 3_600_000

/**
 * SQL for the status to show, as String.
 * @param lostBeforeNs executions heard of last before this are lost
 */
export function shownStatus(parameters: Parameters, lostBeforeNs: bigint): string {
  return `if(${fellSilent(parameters, lostBeforeNs)}, 'lost', toString(status))`
}

/** SQL for whether the status to show is `lost` although another is stored. */
export function fellSilent(parameters: Parameters, lostBeforeNs: bigint): string {
  return `status IN ${LIVELY} AND last_seen_at < ${parameters.bindTime('lost_before', lostBeforeNs)}`
}

/**
 * Conditions for executions that show one of some statuses. The first is about the stored status alone, which is indexed and
 * cheap to compare; it says everything unless silence may change what is shown.
 */
export function statusConditions(shown: readonly string[], parameters: Parameters, lostBeforeNs: bigint): string[] {
  const lively: readonly string[] = LIVELY_STATUSES
  const stored = shown.includes('lost') ? [...new Set([...shown, ...lively])] : shown
  const conditions = [`status IN ${parameters.bind('stored_statuses', 'Array(String)', stored)}`]
  if (stored.some((status) => lively.includes(status))) {
    conditions.push(
      `${shownStatus(parameters, lostBeforeNs)} IN ${parameters.bind('statuses', 'Array(String)', shown)}`,
    )
  }
  return conditions
}
