/** Plays the schedule into a sender: days of history as fast as the collector takes it, or live as time passes. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { LivePrograms } from './live-programs.ts'
import type { DemoRun } from './run.ts'
import { runsEndingIn, type ScheduleOptions } from './schedule.ts'
import type { Sender } from './sender.ts'
import { addToTally, type Tally } from './tally.ts'
import { Upcoming } from './upcoming.ts'

const MINUTE_MS = 60_000
/** Spans after which a batch is sent. */
const BATCH_SPANS = 1_000
const IN_FLIGHT_MAX = 4
const TICK_MS = 250

export interface PlayOptions extends ScheduleOptions {
  sender: Sender
  tally: Tally
  /** Told after each batch, with the moment (Unix ms) that the demo has reached. */
  onProgress: (atMs: number) => void
}

/** Sends all runs that end in `[fromMs, toMs)`; resolves when all are taken. */
export async function playHistory(
  options: PlayOptions,
  fromMs: number,
  toMs: number,
  signal: AbortSignal,
): Promise<void> {
  const inFlight = new Set<Promise<void>>()
  try {
    for (let minute = Math.floor(fromMs / MINUTE_MS), batch: DemoRun[] = []; minute * MINUTE_MS < toMs; minute++) {
      batch.push(...endingBetween(options, minute, fromMs, toMs))
      const last = (minute + 1) * MINUTE_MS >= toMs
      if (spanCount(batch) < BATCH_SPANS && !last) continue
      signal.throwIfAborted()
      while (inFlight.size >= IN_FLIGHT_MAX) await Promise.race(inFlight)
      const sending = sendCounted(options, batch, (minute + 1) * MINUTE_MS).finally(() => inFlight.delete(sending))
      inFlight.add(sending)
      batch = []
    }
    await Promise.all(inFlight)
  } finally {
    // What the collector takes of it is counted, also when the rest is not sent.
    await Promise.allSettled(inFlight)
  }
}

export interface LiveOptions extends PlayOptions {
  programs: LivePrograms
}

/**
 * As time passes, until `untilMs` or the signal: has the demo's programs do what they do, each run at its start, and sends what other
 * emitters tell shortly after its end.
 */
export async function playLive(
  options: LiveOptions,
  fromMs: number,
  untilMs: number,
  signal: AbortSignal,
): Promise<void> {
  const { programs } = options
  const upcoming = new Upcoming(options, fromMs, untilMs)
  for (let sentTo = fromMs; sentTo < untilMs; ) {
    await Promise.race([sleep(TICK_MS, undefined, { signal }), programs.failed])
    const now = Math.min(Date.now(), untilMs)
    for (const plan of upcoming.due(now)) programs.start(plan)
    const runs: DemoRun[] = []
    for (let minute = Math.floor(sentTo / MINUTE_MS); minute * MINUTE_MS < now; minute++) {
      runs.push(...endingBetween(options, minute, sentTo, now).filter(({ native }) => native === undefined))
    }
    sentTo = now
    if (runs.length > 0) await sendCounted(options, runs, now)
  }
}

function endingBetween(options: ScheduleOptions, minute: number, fromMs: number, toMs: number): DemoRun[] {
  return runsEndingIn(minute, options).filter(({ endMs }) => endMs >= fromMs && endMs < toMs)
}

async function sendCounted({ sender, tally, onProgress }: PlayOptions, runs: DemoRun[], atMs: number): Promise<void> {
  if (runs.length === 0) return
  await sender.send(runs)
  addToTally(tally, runs)
  onProgress(atMs)
}

function spanCount(runs: readonly DemoRun[]): number {
  return runs.reduce((sum, run) => sum + run.spans.length, 0)
}
