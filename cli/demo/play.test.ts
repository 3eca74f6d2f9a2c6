import { expect, it } from 'vitest'
import { type PlayOptions, playHistory } from './play.ts'
import type { DemoRun } from './run.ts'
import { runsEndingIn } from './schedule.ts'
import { createTally } from './tally.ts'

const MINUTE = Date.UTC(2026, 10, 23, 14) / 60_000
const FROM = MINUTE * 60_000 + 30_000
const TO = (MINUTE + 10) * 60_000 + 15_000
const schedule = { seed: 5, ratePerMinute: 40, rhythm: false }

function player(send: (runs: readonly DemoRun[]) => Promise<void>): PlayOptions {
  const sender = { send, sent: { requests: 0, spans: 0, rejected: 0, resends: 0 } }
  return { ...schedule, sender, tally: createTally(), onProgress: () => {} }
}

it('sends each run that ends in the range exactly once, in batches', async () => {
  const sent: DemoRun[] = []
  const sizes: number[] = []
  const options = player(async (runs) => {
    sizes.push(runs.length)
    sent.push(...runs)
  })
  await playHistory(options, FROM, TO, new AbortController().signal)
  const all = Array.from({ length: 11 }, (_, i) => runsEndingIn(MINUTE + i, schedule)).flat()
  const expected = all.filter(({ endMs }) => endMs >= FROM && endMs < TO)
  const ids = (runs: readonly DemoRun[]) => runs.map((run) => run.spans[0]!.spanId).sort()
  expect(ids(sent)).toEqual(ids(expected))
  expect(sizes.length).toBeGreaterThan(1)
  expect(options.tally.spans).toBe(expected.flatMap((run) => run.spans).length)
})

it('ends when it is told to, and with the fault of a send that fails', async () => {
  const stopped = new AbortController()
  stopped.abort()
  await expect(
    playHistory(
      player(async () => {}),
      FROM,
      TO,
      stopped.signal,
    ),
  ).rejects.toBe(stopped.signal.reason)
  const broken = player(() => Promise.reject(new Error('refused')))
  await expect(playHistory(broken, FROM, TO, new AbortController().signal)).rejects.toThrow('refused')
})
