/** Looks at a process from outside while it is under load: resident memory, and the lag of its event loop. */
import { readFileSync } from 'node:fs'
import { expect } from 'vitest'

const EVERY_MS = 500
const MIB = 1024 * 1024
/** The second half may lie above the first by this much and it still counts as flat: allocators keep what they had. */
const MARGIN_SHARE = 0.15
const MARGIN_BYTES = 32 * MIB

export class Watch {
  private readonly rss: number[] = []
  /** The worst lag between two looks, seconds. */
  private readonly lags: number[] = []
  private readonly timer: NodeJS.Timeout
  private looking: Promise<void> = Promise.resolve()

  /** @param metricsUrl of the process, for its event loop; without it only memory is looked at */
  constructor(
    private readonly pid: number,
    private readonly metricsUrl?: string,
  ) {
    this.timer = setInterval(() => this.look(), EVERY_MS)
  }

  /** Takes a sample now; for loads that never leave the event loop. */
  look(): void {
    const status = readFileSync(`/proc/${this.pid}/status`, 'utf8')
    this.rss.push(Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) * 1024)
    if (this.metricsUrl) this.looking = this.looking.then(() => this.lookAtLoop()).catch(() => {})
  }

  async stop(): Promise<void> {
    clearInterval(this.timer)
    await this.looking
  }

  /** The median of the last fifth lies no more than a margin above that of the second fifth. */
  expectFlat(bytesMax: number): void {
    const fifth = (n: number) => median(this.rss.slice((this.rss.length * n) / 5, (this.rss.length * (n + 1)) / 5))
    expect(fifth(4)).toBeLessThan(fifth(1) * (1 + MARGIN_SHARE) + MARGIN_BYTES)
    expect(Math.max(...this.rss)).toBeLessThan(bytesMax)
  }

  toString(): string {
    const mib = (bytes: number) => Math.round(bytes / MIB)
    const rss = [0, 0.25, 0.5, 0.75, 0.999].map((share) => mib(this.rss[Math.floor(share * this.rss.length)] ?? 0))
    const sorted = [...this.lags].sort((a, b) => a - b)
    const ms = (seconds: number | undefined) => Math.round((seconds ?? 0) * 1_000)
    const lag = `worst lag per look: median ${ms(sorted[sorted.length >> 1])} ms, worst ${ms(sorted.at(-1))} ms`
    return `RSS over time ${rss.join(', ')} MiB, peak ${mib(Math.max(...this.rss))} MiB${this.metricsUrl ? `; ${lag}` : ''}`
  }

  /** prom-client's histogram starts anew at each scrape. */
  private async lookAtLoop(): Promise<void> {
    const text = await (await fetch(this.metricsUrl!)).text()
    const lag = /^nodejs_eventloop_lag_max_seconds (\S+)$/m.exec(text)?.[1]
    if (lag !== undefined) this.lags.push(Number(lag))
  }
}

function median(figures: readonly number[]): number {
  return [...figures].sort((a, b) => a - b)[figures.length >> 1] ?? Number.NaN
}
