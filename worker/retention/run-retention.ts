/** One run of retention: what is to go by the rules goes, statement by statement. Stopped anywhere, the next run does the rest. */
import {
  type ClickHouseClient,
  DAY_MS,
  daysRange,
  RETENTION_DEFAULTS,
  readRetentionSettings,
} from '@runlens/clickhouse'
import { dropPartition } from './drop-partition.ts'
import type { Swept } from './mutate.ts'
import { type PartitionShare, planPartitions } from './plan.ts'
import { readKeepFrom, readShares } from './read-shares.ts'
import { removeExecutions } from './remove-executions.ts'
import { sweepRaw } from './sweep-raw.ts'
import { sweepRollups } from './sweep-rollups.ts'

export interface RunOptions {
  client: ClickHouseClient
  /** Whose executions are looked through; '': those of nobody, only what is left behind, of all tenants. */
  tenant: string
  /** Whether what is left behind of the tenant goes at once, or with that of all others. */
  withSweep: boolean
  nowMs: number
}

/** In place of the name of a tenant: what executions that went leave behind, of all of them. */
export const ALL_TENANTS = ''

export async function* runRetention(options: RunOptions): AsyncGenerator<Swept> {
  const { client, tenant, nowMs } = options
  const settings = await readRetentionSettings(client)
  if (tenant !== ALL_TENANTS) yield* removeOf(options, settings)
  if (!options.withSweep && tenant !== ALL_TENANTS) return
  const sweep = { client, settings, tenant: tenant === ALL_TENANTS ? undefined : tenant, nowMs }
  yield* sweepRaw(sweep)
  yield* sweepRollups(sweep)
}

async function* removeOf(
  { client, tenant, nowMs }: RunOptions,
  settings: Awaited<ReturnType<typeof readRetentionSettings>>,
): AsyncGenerator<Swept> {
  const settingsOf = (name: string) => settings.get(name) ?? RETENTION_DEFAULTS
  const shares = await readShares(client, nowMs - daysRange(settingsOf(tenant)).min * DAY_MS)
  const keepFrom = new Map<string, number>()
  for (const name of tenantsToAsk(shares, tenant)) {
    keepFrom.set(name, await readKeepFrom(client, name, settingsOf(name).keep_at_least))
  }
  const keepFromMs = (name: string) => keepFrom.get(name) ?? Number.NEGATIVE_INFINITY
  const plan = planPartitions({ shares, settingsOf, keepFromMs, nowMs })
  for (const partition of plan.drop) yield { table: 'executions', rows: await dropPartition(client, partition, nowMs) }
  for (const { partition, ...look } of plan.look) {
    if (look.tenant !== tenant) continue
    const removing = removeExecutions({
      client,
      tenant,
      partition,
      settings: settingsOf(tenant),
      keepFromMs: keepFromMs(tenant),
      nowMs,
    })
    for await (const { executions, payloads } of removing) {
      yield executions > 0 ? { table: 'executions', rows: executions } : { table: 'payloads', rows: payloads }
    }
  }
}

/** The tenant, and those that share a day with it: without their word no day goes as a whole. */
function tenantsToAsk(shares: readonly PartitionShare[], tenant: string): Set<string> {
  const partitions = new Set(shares.filter((share) => share.tenant === tenant).map(({ partition }) => partition))
  return new Set(shares.filter(({ partition }) => partitions.has(partition)).map((share) => share.tenant))
}
