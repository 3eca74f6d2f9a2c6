/** Rebuilds the rollups of a day from those of its hours: whole, never by adding. */
import type { ClickHouseClient } from '@runlens/clickhouse'
import { DAY_ROLLUPS, rebuildDaySql } from './day-rollups.ts'

export interface Day {
  tenant: string
  /** Its beginning, seconds since the epoch. */
  day: number
}

const DAY_S = 86_400

/** The beginning of the day of an hour. */
export function dayOf(hour: number): number {
  return hour - (hour % DAY_S)
}

/** Safe twice at once after whatever hours were written: the rebuild that began last has read them all. */
export async function rebuildDay(client: ClickHouseClient, { tenant, day }: Day): Promise<string> {
  const generation = await readClock(client)
  for (const query of DAY_ROLLUPS.map(rebuildDaySql)) {
    await client.command({ query, query_params: { tenant, day, generation } })
  }
  return generation
}

/** Of ClickHouse, in microseconds: what rebuilds are told apart by. */
export async function readClock(client: ClickHouseClient): Promise<string> {
  const clock = await client.query({
    query: 'SELECT toString(toUnixTimestamp64Micro(now64(6))) AS now',
    format: 'JSONEachRow',
  })
  const [answer] = await clock.json<{ now: string }>()
  return answer!.now
}
