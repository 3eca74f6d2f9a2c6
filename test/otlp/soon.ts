import { expect } from 'vitest'

/** Waits until an assertion holds, patiently: machines that run tests are busy. */
export function soon(read: () => unknown): ReturnType<typeof expect.poll> {
  return expect.poll(read, { timeout: 20_000, interval: 10 })
}
