import { expect } from 'vitest'
import { PATIENCE_MS } from '../kit/patience.ts'

/** Waits until an assertion holds, patiently: machines that run tests are busy. */
export function soon(read: () => unknown): ReturnType<typeof expect.poll> {
  return expect.poll(read, { timeout: PATIENCE_MS, interval: 10 })
}
