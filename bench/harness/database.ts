/** Questions that benchmarks ask ClickHouse directly. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { ClickHouseClient } from '@runlens/clickhouse'

export async function readRows<T>(client: ClickHouseClient, query: string): Promise<T[]> {
  const result = await client.query({ query, format: 'JSONEachRow' })
  return result.json<T>()
}

/** The one figure that a query gives. */
export async function readNumber(client: ClickHouseClient, query: string): Promise<number> {
  const [row] = await readRows<Record<string, unknown>>(client, query)
  return Number(Object.values(row!)[0])
}

/** Waits until a figure has arrived at `wanted`; gives the last one seen when it did not in time. */
export async function whenAtLeast(read: () => Promise<number>, wanted: number, timeoutMs: number): Promise<number> {
  const until = performance.now() + timeoutMs
  for (;;) {
    const seen = await read()
    if (seen >= wanted || performance.now() > until) return seen
    await sleep(100)
  }
}

/** Waits, within bounds, until ClickHouse has no parts to merge. */
export async function whenMerged(client: ClickHouseClient, timeoutMs: number): Promise<void> {
  const until = performance.now() + timeoutMs
  let quiet = 0
  while (quiet < 5 && performance.now() < until) {
    quiet = (await readNumber(client, 'SELECT count() FROM system.merges')) === 0 ? quiet + 1 : 0
    await sleep(200)
  }
}
