import { describe, expect, it } from 'vitest'
import { cutHours } from './plan-figures.ts'
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
})
