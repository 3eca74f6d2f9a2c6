import { isValidSpanId, isValidTraceId } from '@opentelemetry/api'
import { expect, it } from 'vitest'
import { createIdGenerator } from './random-ids.ts'

it('gives valid ids, none twice, across draws and beside other generators', () => {
  const generators = [createIdGenerator(), createIdGenerator()]
  const ids = generators.flatMap((generator) =>
    Array.from({ length: 1_000 }, (_, at) => {
      const id = at % 3 === 0 ? generator.generateTraceId() : generator.generateSpanId()
      expect(at % 3 === 0 ? isValidTraceId(id) : isValidSpanId(id), id).toBe(true)
      return id
    }),
  )
  expect(new Set(ids.map((id) => id.slice(0, 16))).size).toBe(ids.length)
})

it('makes every bit either', () => {
  const generator = createIdGenerator()
  const draws = 4_000
  const ones = new Array<number>(64).fill(0)
  for (let draw = 0; draw < draws; draw++) {
    const bits = BigInt(`0x${generator.generateSpanId()}`)
    for (let bit = 0; bit < 64; bit++) if ((bits >> BigInt(bit)) & 1n) ones[bit]!++
  }
  // Of a fair coin: nine standard deviations.
  for (const count of ones) expect(Math.abs(count - draws / 2)).toBeLessThan(9 * Math.sqrt(draws / 4))
})
