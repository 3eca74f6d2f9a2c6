import { expect, it } from 'vitest'
import { runsEndingIn } from './schedule.ts'
import { Upcoming } from './upcoming.ts'

const MINUTE = Date.UTC(2026, 10, 23, 14) / 60_000
const FROM = MINUTE * 60_000 + 20_000
const schedule = { seed: 3, ratePerMinute: 60, rhythm: false }
const native = Array.from({ length: 8 }, (_, i) => runsEndingIn(MINUTE + i, schedule))
  .flat()
  .filter((run) => run.native !== undefined)

it('gives each plan once, not before its start, and those that are under way at first', () => {
  const upcoming = new Upcoming(schedule, FROM, Number.POSITIVE_INFINITY)
  const given = new Map<string, number>()
  for (let now = FROM; now < FROM + 180_000; now += 250) {
    for (const plan of upcoming.due(now)) {
      const key = JSON.stringify(plan)
      expect(given.has(key)).toBe(false)
      given.set(key, now)
    }
  }
  const expected = native.filter(({ startMs, endMs }) => endMs >= FROM && startMs < FROM + 179_000)
  expect(expected.length).toBeGreaterThan(50)
  for (const run of expected) {
    const at = given.get(JSON.stringify(run.native))
    expect(at).toBeGreaterThanOrEqual(FROM)
    if (run.startMs >= FROM && run.endMs - run.startMs < 60_000) {
      expect(at! - run.startMs).toBeGreaterThanOrEqual(0)
      expect(at! - run.startMs).toBeLessThanOrEqual(250)
    }
  }
  expect(native.some(({ startMs, endMs }) => startMs < FROM && endMs > FROM)).toBe(true)
})

it('gives nothing that could not end in time', () => {
  const untilMs = FROM + 60_000
  const upcoming = new Upcoming(schedule, FROM, untilMs)
  const lengths = new Map(native.map((run) => [JSON.stringify(run.native), run.endMs - run.startMs]))
  let count = 0
  for (let now = FROM; now < untilMs; now += 250) {
    for (const plan of upcoming.due(now)) {
      expect(now + lengths.get(JSON.stringify(plan))!).toBeLessThan(untilMs)
      count++
    }
  }
  const whole = native.filter(({ startMs, endMs }) => startMs >= FROM && endMs < untilMs - 250)
  expect(count).toBeGreaterThanOrEqual(whole.length)
  expect(upcoming.due(untilMs)).toEqual([])
})
