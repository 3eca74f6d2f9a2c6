import { describe, expect, it } from 'vitest'
import type { SpoolRecord } from '../spool/record.ts'
import { halves, INSERTS_MAX, joined, planOf } from './plan.ts'

/** A record with a block on each of these days. */
function record(sequence: number, days: readonly number[]): SpoolRecord {
  const blocks = days.map((day) => ({ table: 'spans', day, rows: 1, bytes: Buffer.alloc(1) }))
  return { sequence, tenant: 'default', receivedAtMs: 0, keys: Buffer.alloc(0), blocks }
}

const daysFrom = (first: number, count: number) => Array.from({ length: count }, (_, i) => first + i)

describe('a batch', () => {
  it('has one insert for each day of its records, newest first, all with the same boundaries', () => {
    expect(planOf([record(4, [7]), record(5, [9, 7]), record(7, [8])])).toEqual({
      first: 4,
      last: 7,
      inserts: [9, 8, 7].map((day) => ({ table: 'spans', day, first: 4, last: 7 })),
    })
  })

  it('ends before the record with which it would have too many inserts', () => {
    const { last, inserts } = planOf([
      record(1, daysFrom(0, 200)),
      record(2, daysFrom(100, 150)),
      record(3, daysFrom(0, 250)),
      record(4, daysFrom(1_000, 51)),
      record(5, [0]),
    ])
    expect(last).toBe(3)
    expect(inserts).toHaveLength(250)
  })

  it('takes its first record whole, however many days that has', () => {
    const { last, inserts } = planOf([record(1, daysFrom(0, INSERTS_MAX + 1)), record(2, [5])])
    expect(inserts).toHaveLength(INSERTS_MAX + 1)
    // The second has no day of its own to add, but the bound is passed.
    expect(last).toBe(1)
  })

  it('that is joined keeps the boundaries of every insert', () => {
    const late = planOf([record(1, [3, 1])])
    const fresh = planOf([record(2, [9, 2]), record(3, [9])])
    expect(joined(late, fresh)).toEqual({
      first: 1,
      last: 3,
      inserts: [
        { table: 'spans', day: 9, first: 2, last: 3 },
        { table: 'spans', day: 3, first: 1, last: 1 },
        { table: 'spans', day: 2, first: 2, last: 3 },
        { table: 'spans', day: 1, first: 1, last: 1 },
      ],
    })
  })

  it('is cut between the records that have a part in the insert, and never inside one', () => {
    const records = [record(1, [1]), record(2, [2]), record(3, [1]), record(4, [1])]
    const [insert] = planOf(records).inserts.filter(({ day }) => day === 1)
    expect(halves(insert!, records)?.map(({ first, last }) => [first, last])).toEqual([
      [1, 2],
      [3, 4],
    ])
    expect(halves({ ...insert!, first: 4 }, records)).toBeUndefined()
  })
})
