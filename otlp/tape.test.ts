import { expect, test } from 'vitest'
import { Columns, TraceTape } from './index.ts'

test('columns keep their rows when they grow', () => {
  const columns = new Columns(['a', 'b'], 2)
  for (let row = 0; row < 1_000; row++) {
    expect(columns.add()).toBe(row)
    columns.at.a[row] = row
    columns.at.b[row] = -row
  }
  expect(columns.length).toBe(1_000)
  expect([columns.at.a[0], columns.at.a[999], columns.at.b[512]]).toEqual([0, 999, -512])
})

test('a tape gives the memory of a huge request back, and keeps that of a usual one', () => {
  const tape = new TraceTape()
  for (let row = 0; row < 200_000; row++) tape.attributes.add()
  for (let row = 0; row < 300_000; row++) tape.events.add()
  tape.reset(Buffer.alloc(0))
  expect([tape.attributes.length, tape.events.length]).toEqual([0, 0])
  expect(tape.attributes.at.type.length).toBe(262_144)
  expect(tape.events.at.time.length).toBe(256)
})
