import { describe, expect, it } from 'vitest'
import { cutHours, planFigures } from './plan-figures.ts'
import type { Runner } from './run.ts'
import { NS_PER_SECOND, parseTime } from './time.ts'

const seconds = (text: string) => Number(parseTime(text) / NS_PER_SECOND)

describe('hours that an edge cuts', () => {
  it('are none where every edge is a whole hour', () => {
    expect(cutHours([parseTime('2026-10-01T10:00:00Z'), parseTime('2026-11-01T00:00:00Z')])).toEqual([])
  })

  it('are the ones around the edges', () => {
    expect(cutHours([parseTime('2026-10-01T10:30:00Z'), parseTime('2026-11-01T00:00:01Z')])).toEqual([
      seconds('2026-10-01T10:00:00Z'),
      seconds('2026-11-01T00:00:00Z'),
    ])
  })

  it('are none where rollups have no hours: before 1970 and after 2106', () => {
    expect(cutHours([parseTime('1969-12-31T23:30:00Z'), parseTime('2106-02-07T07:30:00Z')])).toEqual([])
    expect(cutHours([parseTime('1970-01-01T00:30:00Z'), parseTime('2106-02-07T06:10:00Z')])).toEqual([
      0,
      seconds('2106-02-07T06:00:00Z'),
    ])
  })
})

it('reads everything raw for an owner, whom the rollups do not know', async () => {
  const range = { from: parseTime('2026-10-01T10:30:00Z'), to: parseTime('2026-11-01T00:00:00Z') }
  const nobody: Runner = {
    ask: () => Promise.reject(new Error('asked of a rollup')),
    askAnew: () => Promise.reject(new Error('asked anew')),
    read: () => Promise.reject(new Error('read')),
    write: () => Promise.reject(new Error('write')),
    load: () => ({ running: 0, waiting: 0, refused: 0 }),
  }
  const owned = { tenant: 'default', owner: 'ann' }
  const signal = new AbortController().signal
  expect(await planFigures(nobody, owned, range, [range.from], signal)).toEqual({ source: 'raw', rawHours: [] })
})
