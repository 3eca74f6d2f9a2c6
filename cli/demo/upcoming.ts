/** Which plans of the demo's own programs are due: those runs, too, are known by their end, and have to be begun before. */
import type { NativePlan } from './native-plan.ts'
import type { DemoRun } from './run.ts'
import { runsEndingIn, type ScheduleOptions } from './schedule.ts'

const MINUTE_MS = 60_000
/** How far ahead of their end runs are looked for; longer ones begin, and end, late. */
const AHEAD_MS = 2 * MINUTE_MS

export class Upcoming {
  private readonly schedule: ScheduleOptions
  private readonly fromMs: number
  private readonly untilMs: number
  private minute: number
  private waiting: DemoRun[] = []

  /** Runs that end in `[fromMs, untilMs)`, Unix ms. */
  constructor(schedule: ScheduleOptions, fromMs: number, untilMs: number) {
    this.schedule = schedule
    this.fromMs = fromMs
    this.untilMs = untilMs
    this.minute = Math.floor(fromMs / MINUTE_MS)
  }

  /** Each plan once, when its time has come and it can still end in time. */
  due(nowMs: number): NativePlan[] {
    for (; this.minute * MINUTE_MS < Math.min(nowMs + AHEAD_MS, this.untilMs); this.minute++) {
      const runs = runsEndingIn(this.minute, this.schedule)
      this.waiting.push(...runs.filter(({ native, endMs }) => native !== undefined && endMs >= this.fromMs))
    }
    const due = this.waiting.filter(({ startMs }) => startMs <= nowMs)
    this.waiting = this.waiting.filter(({ startMs }) => startMs > nowMs)
    return due
      .filter(({ startMs, endMs }) => nowMs + endMs - startMs < this.untilMs)
      .flatMap(({ native }) => native ?? [])
  }
}
