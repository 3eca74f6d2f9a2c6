import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { NS_PER_DAY, NS_PER_HOUR } from '../time.ts'
import { Parameters } from './question.ts'
import { besideDays, onDays, wholeDays } from './whole-days.ts'

const DAY_S = 86_400
const at = (days: number, hours = 0) => BigInt(days) * NS_PER_DAY + BigInt(hours) * NS_PER_HOUR

describe('whole days', () => {
  it('are those that begin and end in the range', () => {
    expect(wholeDays({ from: at(10, 1), to: at(14, 23) }, [], [])).toEqual({
      from: 11 * DAY_S,
      to: 14 * DAY_S,
      except: [],
    })
    expect(wholeDays({ from: at(10), to: at(14) }, [at(12)], [])).toEqual({
      from: 10 * DAY_S,
      to: 14 * DAY_S,
      except: [],
    })
  })

  it('are not those that a moment cuts, or of which an hour is not rebuilt', () => {
    const hours = [13 * DAY_S + 3_600, 13 * DAY_S + 7_200, 99 * DAY_S]
    expect(wholeDays({ from: at(10), to: at(20) }, [at(12, 5)], hours)?.except).toEqual([12 * DAY_S, 13 * DAY_S])
  })

  it('are worth it from two on, and where few are missing', () => {
    expect(wholeDays({ from: at(10, 1), to: at(12) }, [], [])).toBeNull()
    expect(wholeDays({ from: at(10), to: at(13) }, [at(11, 1), at(12, 1)], [])).toBeNull()
    const everyDay = Array.from({ length: 61 }, (_, day) => at(10 + day, 1))
    expect(wholeDays({ from: at(10), to: at(400) }, everyDay, [])).toBeNull()
    expect(wholeDays({ from: at(10), to: at(400) }, everyDay.slice(1), [])?.except).toHaveLength(60)
    expect(wholeDays({ from: at(-5), to: at(10) }, [], [])).toBeNull()
  })

  it('and the hours beside them are the whole range, each once', () => {
    const hour = fc.integer({ min: 0, max: 24 * 20 })
    fc.assert(
      fc.property(hour, hour, fc.array(hour, { maxLength: 4 }), fc.array(hour, { maxLength: 4 }), (a, b, cuts, raw) => {
        const [from, to] = [Math.min(a, b), Math.max(a, b)]
        const range = { from: at(0, from), to: at(0, to) }
        const cutsNs = cuts.map((each) => at(0, each) + 1n)
        const days = wholeDays(
          range,
          cutsNs,
          raw.map((each) => each * 3_600),
        )
        if (days === null) return
        const { values } = withConditions(days)
        for (let each = from; each < to; each++) {
          const seconds = each * 3_600
          const isOfDay = isOn(days, Math.floor(seconds / DAY_S) * DAY_S)
          expect([each, isOfDay]).toEqual([each, !isBeside(values, seconds)])
          if (isOfDay) expect(cuts.some((cut) => Math.floor(cut / 24) === Math.floor(each / 24))).toBe(false)
          if (isOfDay) expect(raw.some((one) => Math.floor(one / 24) === Math.floor(each / 24))).toBe(false)
        }
        // A day outside the range is none of them.
        for (const day of [Math.floor(from / 24) - 1, Math.ceil(to / 24)]) expect(isOn(days, day * DAY_S)).toBe(false)
      }),
    )
  })
})

function withConditions(days: NonNullable<ReturnType<typeof wholeDays>>) {
  const parameters = new Parameters()
  onDays(days, parameters)
  besideDays(days, parameters)
  return parameters
}

function isOn({ from, to, except }: NonNullable<ReturnType<typeof wholeDays>>, day: number): boolean {
  return day >= from && day < to && !except.includes(day)
}

/** What the condition says, by the values that it binds. */
function isBeside(values: Parameters['values'], seconds: number): boolean {
  const ns = (name: string) => BigInt(String(values[name]))
  const hour = BigInt(seconds) * 1_000_000_000n
  const ranges = Object.keys(values).filter((name) => /^day_\d+_0$/.test(name))
  if (hour < ns('days_from') || hour >= ns('days_to')) return true
  return ranges.some((name) => hour >= ns(name) && hour < ns(name.replace(/0$/, '1')))
}
