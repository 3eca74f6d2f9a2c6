/** What lets a reader judge an answer: its range, its source, when it was asked and how far the data lag. */
import { perRunner } from './per-runner.ts'
import { type SettlingLag, settlingLag } from './questions/settling-lag.ts'
import { type Silence, silenceAt } from './questions/status.ts'
import type { OpenRange } from './range.ts'
import { Remembered } from './remembered.ts'
import type { Services } from './routes/route.ts'
import type { Meta } from './schema/execution.ts'
import { formatTime, NS_PER_MS } from './time.ts'

/** Moments that a question needs; taken once, so that every part of an answer agrees. */
export interface Moments {
  nowMs: number
  nowNs: bigint
  /** Which open executions are lost. On whole seconds, so that questions of the same second are identical. */
  silence: Silence
}

export function momentsOf(services: Pick<Services, 'now' | 'lostAfterMs'>): Moments {
  const nowMs = services.now()
  const wholeMs = Math.floor(nowMs / 1000) * 1000
  return { nowMs, nowNs: BigInt(nowMs) * NS_PER_MS, silence: silenceAt(wholeMs, services.lostAfterMs) }
}

export interface MetaParts {
  range: OpenRange
  source: Meta['source']
  running: number
}

/** Of all answers within a second: the worker does not write it more often, and asking costs a tenth of what a list does. */
const lagOf = perRunner(() => new Remembered<readonly SettlingLag[]>({ keepMs: 1_000, entriesMax: 1 }))

export async function readMeta(services: Services, moments: Moments, parts: Promise<MetaParts>): Promise<Meta> {
  const { runner } = services
  const asking = lagOf(runner).get('settle', moments.nowMs, () => runner.ask(settlingLag()))
  const [{ range, source, running }, [lag]] = await Promise.all([parts, asking])
  return {
    from: range.from === null ? null : formatTime(range.from),
    to: range.to === null ? null : formatTime(range.to),
    source,
    as_of: formatTime(moments.nowNs),
    lag_ms: lag ? lag.lag_ms : null,
    running,
  }
}

/** The part of an answer that its ETag is about: all but the time of asking. */
export function withoutMoment<T extends { meta: Meta }>(answer: T): unknown {
  const { as_of: _asOf, lag_ms: _lagMs, ...meta } = answer.meta
  return { ...answer, meta }
}
