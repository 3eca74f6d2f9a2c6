import { expect, it } from 'vitest'
import { inSlices } from './in-slices.ts'

it('gives what each became, in order, and lets others have their turn first and between', async () => {
  const log: string[] = []
  const items = Array.from({ length: 100 }, (_, n) => n)
  let turns = 0
  const count = () => {
    turns++
    if (turns < 3) setImmediate(count)
  }
  setImmediate(count)
  const done = await inSlices(items, (n) => {
    if (n === 0 || n === 99) log.push(`${n} after ${Math.min(turns, 2)}`)
    return n * 2
  })
  expect(done).toEqual(items.map((n) => n * 2))
  expect(log).toEqual(['0 after 1', '99 after 2'])
})
