/** The job that keeps `execution_patterns`: every few minutes it looks at what just happened, tenant by tenant. */
import type { ClickHouseClient } from '@runlens/clickhouse'
import type { Job } from '../jobs/run-job.ts'
import type { PatternObserver } from '../metrics.ts'
import { findPatterns, type Look, readActiveTenants } from './find-patterns.ts'

export interface PatternJobOptions {
  client: ClickHouseClient
  patternsIntervalMs: number
  observe: PatternObserver
}

export const PATTERN_JOB = 'patterns'

const HOUR_S = 3_600
/** What is looked at again each time, because executions may still come or change. */
const AGAIN = { hours: 6, minutesS: 3 * HOUR_S }
/** And once after the job was taken over, which may have been left alone for long. */
const AT_FIRST = { hours: 7 * 24, minutesS: 24 * HOUR_S }

/** Steps and pauses are short, so that the claim to the job is renewed between them. */
const STEP_MS = 1_000
const PAUSE_MS = 1_000

export class PatternJob implements Job {
  private isFirst = true
  /** When to look again, milliseconds of a clock that never jumps. */
  private dueAt = -Infinity
  /** Still to be looked at. */
  private looks: Look[] = []

  constructor(private readonly options: PatternJobOptions) {}

  async begin(): Promise<void> {
    this.isFirst = true
    this.dueAt = -Infinity
    this.looks = []
  }

  async step(signal: AbortSignal): Promise<number> {
    const { client, observe, patternsIntervalMs } = this.options
    const stepBegan = performance.now()
    if (this.looks.length === 0 && stepBegan >= this.dueAt) {
      this.looks = await this.plan()
      this.dueAt = stepBegan + patternsIntervalMs
      this.isFirst = false
    }
    while (this.looks.length > 0 && !signal.aborted && performance.now() - stepBegan < STEP_MS) {
      const began = performance.now()
      await findPatterns(client, this.looks[0]!)
      this.looks.shift()
      observe.lookedForPatterns((performance.now() - began) / 1000)
    }
    return this.looks.length > 0 ? 0 : Math.min(PAUSE_MS, patternsIntervalMs)
  }

  async end(): Promise<void> {}

  private async plan(): Promise<Look[]> {
    const { client } = this.options
    const reach = this.isFirst ? AT_FIRST : AGAIN
    const detectedAt = await readClock(client)
    const nowS = Number(detectedAt.slice(0, -6))
    const hourS = nowS - (nowS % HOUR_S)
    const hoursFrom = hourS - reach.hours * HOUR_S
    const minutesTo = nowS - (nowS % 60)
    const minutesFrom = minutesTo - reach.minutesS
    const tenants = await readActiveTenants(client, hoursFrom)
    return tenants.map(({ tenant, firstDirty }) => {
      // An hour that waits for its rollup would look like one in which nothing happened.
      const hoursTo = firstDirty === 0 ? hourS : Math.min(firstDirty, hourS)
      return { tenant, hoursFrom, hoursTo, minutesFrom, minutesTo, detectedAt }
    })
  }
}

/** Microseconds since the epoch: ClickHouse's, which the executions' hours are marked by. */
async function readClock(client: ClickHouseClient): Promise<string> {
  const result = await client.query({
    query: 'SELECT toString(toUnixTimestamp64Micro(now64(6))) AS now',
    format: 'JSONEachRow',
  })
  const [row] = await result.json<{ now: string }>()
  return row!.now
}
