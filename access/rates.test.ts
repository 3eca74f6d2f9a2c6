import { expect, it } from 'vitest'
import { Rates } from './rates.ts'

it('lets through what the bucket holds, then as fast as it fills', () => {
  let nowMs = 0
  const rates = new Rates(60, 60_000, () => nowMs)
  for (let n = 0; n < 60; n++) expect(rates.take('a').allowed).toBe(true)
  expect(rates.take('a')).toEqual({ allowed: false, remaining: 0, resetSeconds: 60, retryAfterSeconds: 1 })
  expect(rates.take('b')).toEqual({ allowed: true, remaining: 59, resetSeconds: 1, retryAfterSeconds: 0 })
  nowMs += 999
  expect(rates.take('a').allowed).toBe(false)
  nowMs += 1
  expect(rates.take('a').allowed).toBe(true)
  expect(rates.take('a').allowed).toBe(false)
  expect(rates.refused).toBe(3)
  nowMs += 3_600_000
  expect(rates.take('a')).toMatchObject({ allowed: true, remaining: 59 })
})

it('waits until a debt is paid', () => {
  let nowMs = 0
  const rates = new Rates(100, 1_000, () => nowMs)
  expect(rates.look('a').allowed).toBe(true)
  // Ten times what a second gives: 900 too many, which nine seconds pay.
  rates.charge('a', 1_000)
  expect(rates.look('a')).toMatchObject({ allowed: false, retryAfterSeconds: 10 })
  nowMs += 9_000
  expect(rates.look('a').allowed).toBe(false)
  nowMs += 10
  expect(rates.look('a').allowed).toBe(true)
})

it('remembers a bounded number of names, those that came last', () => {
  const rates = new Rates(1, 1e12, () => 0)
  rates.take('first')
  for (let n = 0; n < 9_999; n++) rates.take(`other ${n}`)
  expect(rates.take('first').allowed).toBe(false)
  rates.take('one more')
  // `other 0` came longest ago and is as new.
  expect(rates.take('other 0').allowed).toBe(true)
  expect(rates.take('first').allowed).toBe(false)
})
