import { expect, it } from 'vitest'
import type { RecordBatch } from '../spool/reader.ts'
import { HeldRecords } from './held-records.ts'

function batchOf(...sequences: number[]): RecordBatch {
  const records = sequences.map((sequence) => ({
    sequence,
    tenant: 't',
    receivedAtMs: 1,
    keys: Buffer.alloc(0),
    blocks: [],
  }))
  return { records, rows: 0, bytes: 0, damaged: 0, windows: [] }
}

function holding() {
  const given: RecordBatch[] = []
  return { given, held: new HeldRecords({ giveBack: (batch) => given.push(batch) }) }
}

it('gives memory back when its records are replaced or let go, once', () => {
  const { given, held } = holding()
  const [first, second] = [batchOf(1, 2), batchOf(3)]
  held.hold(first)
  expect(given).toEqual([])
  held.hold(second)
  expect(given).toEqual([first])
  held.letGo()
  held.letGo()
  expect(given).toEqual([first, second])
  expect(held.records).toEqual([])
})

it('never gives memory back that an insert which was given up may still read', () => {
  const { given, held } = holding()
  const [first, second] = [batchOf(1), batchOf(2)]
  held.hold(first)
  held.mayBeRead()
  held.hold(second)
  expect(given).toEqual([])
  held.letGo()
  expect(given).toEqual([second])
})

it('has what lies between its first and its last record', () => {
  const { held } = holding()
  expect(held.has(1, 1)).toBe(false)
  held.hold(batchOf(2, 3, 4))
  expect(held.has(2, 4)).toBe(true)
  expect(held.has(1, 4)).toBe(false)
  expect(held.has(2, 5)).toBe(false)
})
