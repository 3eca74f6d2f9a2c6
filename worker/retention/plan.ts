/** Decides, without asking anybody, which days of executions go as a whole, which are looked through, and when a tenant's turn is. */
import { createHash } from 'node:crypto'
import { DAY_MS, daysRange, RETENTION_FRESH_MS, type RetentionSettings } from '@runlens/clickhouse'

/** What one tenant has in one partition of `executions`. */
export interface PartitionShare {
  partition: string
  tenant: string
  /** When the last one was heard of, and the first; milliseconds since the epoch. */
  heardMaxMs: number
  heardMinMs: number
  /** When the last one started. */
  startedMaxMs: number
  /** When the last one was settled. */
  settledMaxMs: number
}

export interface PlanOptions {
  shares: readonly PartitionShare[]
  settingsOf: (tenant: string) => RetentionSettings
  /** Executions of the tenant that started then or later stay, as the latest ones; milliseconds since the epoch. */
  keepFromMs: (tenant: string) => number
  nowMs: number
}

export interface Plan {
  /** Everything in them is old by the rules of every tenant, and of none of the latest ones. */
  drop: string[]
  /** Something of the tenant in them may be old. */
  look: { tenant: string; partition: string }[]
}

export function planPartitions({ shares, settingsOf, keepFromMs, nowMs }: PlanOptions): Plan {
  const byPartition = new Map<string, PartitionShare[]>()
  for (const share of shares) {
    const others = byPartition.get(share.partition)
    if (others) others.push(share)
    else byPartition.set(share.partition, [share])
  }
  const plan: Plan = { drop: [], look: [] }
  for (const [partition, inIt] of [...byPartition].sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (inIt.every((share) => isAllOld(share, settingsOf(share.tenant), nowMs) && isNoKeeper(share, keepFromMs))) {
      plan.drop.push(partition)
      continue
    }
    for (const { tenant, heardMinMs } of inIt) {
      if (heardMinMs < nowMs - daysRange(settingsOf(tenant)).min * DAY_MS) plan.look.push({ tenant, partition })
    }
  }
  return plan
}

/** Old whatever rule each of its executions falls under. */
export function isAllOld(share: PartitionShare, settings: RetentionSettings, nowMs: number): boolean {
  const { heardMaxMs, settledMaxMs } = share
  return heardMaxMs < nowMs - daysRange(settings).max * DAY_MS && settledMaxMs < nowMs - RETENTION_FRESH_MS
}

function isNoKeeper({ tenant, startedMaxMs }: PartitionShare, keepFromMs: PlanOptions['keepFromMs']): boolean {
  return startedMaxMs < keepFromMs(tenant)
}

/** The minute of the day (UTC) at which a tenant's turn is: from its name, so that not all come at once. */
export function minuteOf(tenant: string): number {
  return createHash('sha1').update(tenant).digest().readUInt32BE() % 1_440
}

/** The last time at which it was the tenant's turn, milliseconds since the epoch. */
export function lastTurnMs(tenant: string, nowMs: number): number {
  const turn = Math.floor(nowMs / DAY_MS) * DAY_MS + minuteOf(tenant) * 60_000
  return turn <= nowMs ? turn : turn - DAY_MS
}

export interface LastRun {
  startedMs: number
  /** Why it failed, '' if it did not. */
  fault: string
}

/** A run that failed is repeated after so long. */
const REPEAT_MS = 3_600_000
/** What was missed while no worker ran is made up for so long after one began: a start has other things to do. */
const MAKE_UP_MS = 600_000

/** @param heldSinceMs since when this worker has the job */
export function isDue(tenant: string, last: LastRun | undefined, heldSinceMs: number, nowMs: number): boolean {
  const turn = lastTurnMs(tenant, nowMs)
  if (last && last.fault !== '' && nowMs - last.startedMs >= REPEAT_MS) return true
  if (last && last.startedMs >= turn) return false
  return turn >= heldSinceMs || nowMs - heldSinceMs >= MAKE_UP_MS
}
