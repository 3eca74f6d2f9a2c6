/** The status of an execution as it is shown: the stored one, except that a queued or running one that fell silent is `lost`. */
import { wordList } from '@runlens/clickhouse'
import {
  FINAL_STATUSES,
  HEARTBEAT_INTERVAL_MS,
  LIVELY_STATUSES,
  OPEN_STATUSES,
  type Status,
} from '@runlens/conventions'
import type { Parameters } from './question.ts'

export const OPEN = wordList(OPEN_STATUSES)
export const FINAL = wordList(FINAL_STATUSES)

const LIVELY = wordList(LIVELY_STATUSES)

/**
 * For statements about failures of short times: some lie in nearly every granule, so that asking the index on `status` rules out nothing. At ten
 * million executions it takes 6 to 9 ms of CPU.
 */
export const BESIDE_STATUS_INDEX = "SETTINGS ignore_data_skipping_indices = 'by_status'"

/** Since when nothing must have been heard of a queued or running execution for it to be lost; nanoseconds. */
export interface Silence {
  /** Of one that never had a heartbeat. */
  lostBeforeNs: bigint
  /** Of one that had: three were missed. */
  heartbeatBeforeNs: bigint
}

/** Heartbeats that must be missing, each at its time. */
const HEARTBEATS_MISSED = 3

/** @param lostAfterMs how long an execution without any heartbeat may stay queued or running */
export function silenceAt(nowMs: number, lostAfterMs: number): Silence {
  return {
    lostBeforeNs: BigInt(nowMs - lostAfterMs) * 1_000_000n,
    heartbeatBeforeNs: BigInt(nowMs - HEARTBEATS_MISSED * HEARTBEAT_INTERVAL_MS) * 1_000_000n,
  }
}

/** SQL for the status to show, as String. */
export function shownStatus(parameters: Parameters, silence: Silence): string {
  return `if(${fellSilent(parameters, silence)}, 'lost', toString(status))`
}

/** SQL for whether the status to show is `lost` although another is stored. */
export function fellSilent(parameters: Parameters, { lostBeforeNs, heartbeatBeforeNs }: Silence): string {
  const lost = `last_seen_at < ${parameters.bindTime('lost_before', lostBeforeNs)}`
  const missed = `assumeNotNull(heartbeat_at) < ${parameters.bindTime('heartbeat_before', heartbeatBeforeNs)}`
  return `status IN ${LIVELY} AND if(isNull(heartbeat_at), ${lost}, ${missed})`
}

/** The same of an execution at hand; times in nanoseconds and milliseconds. */
export function isSilent(
  { status, last_seen_at, heartbeat_at }: { status: Status; last_seen_at: bigint; heartbeat_at: bigint | null },
  { lostBeforeNs, heartbeatBeforeNs }: Silence,
): boolean {
  if (!(LIVELY_STATUSES as readonly string[]).includes(status)) return false
  return heartbeat_at === null ? last_seen_at < lostBeforeNs : heartbeat_at * 1_000_000n < heartbeatBeforeNs
}

/**
 * Conditions for executions that show one of some statuses. The first is about the stored status alone, which is indexed and
 * cheap to compare; it says everything unless silence may change what is shown.
 */
export function statusConditions(shown: readonly string[], parameters: Parameters, silence: Silence): string[] {
  const lively: readonly string[] = LIVELY_STATUSES
  const stored = shown.includes('lost') ? [...new Set([...shown, ...lively])] : shown
  const conditions = [`status IN ${parameters.bind('stored_statuses', 'Array(String)', stored)}`]
  if (stored.some((status) => lively.includes(status))) {
    conditions.push(`${shownStatus(parameters, silence)} IN ${parameters.bind('statuses', 'Array(String)', shown)}`)
  }
  return conditions
}
