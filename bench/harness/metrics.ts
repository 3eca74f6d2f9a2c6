/** One figure of a collector's Prometheus page. */
import { setTimeout as sleep } from 'node:timers/promises'

export async function readMetric(origin: string, name: string): Promise<number> {
  const page = await (await fetch(`${origin}/metrics`)).text()
  const found = new RegExp(`^${name} (\\S+)$`, 'm').exec(page)
  if (!found) throw new Error(`${origin}/metrics has no ${name}`)
  return Number(found[1])
}

/** Returns once ClickHouse has everything that the collector acknowledged. */
export async function whenSpoolIsEmpty(origin: string): Promise<void> {
  while ((await readMetric(origin, 'runlens_spool_pending_records')) > 0) await sleep(50)
}
