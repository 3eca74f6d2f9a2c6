/** What a load of hostile requests is, and the account of what became of them. */
import { expect } from 'vitest'
import type { HostileRequest } from './requests.ts'

export interface LoadOptions {
  seed: number
  /** Numbers of the requests: `[first, first + count)`. */
  first: number
  count: number
}

/** A request without an answer for so long hangs. */
const ANSWER_MS = 60_000

/** Calls back when it was not refreshed in time. */
export function silence(hangs: () => void): NodeJS.Timeout {
  return setTimeout(hangs, ANSWER_MS)
}

export class Account {
  readonly answers = new Map<number, number>()
  /** Of sound requests that were acknowledged. */
  readonly marks = new Set<number>()
  private readonly wrong: string[] = []

  /** @param fitting answers that a hostile request may get; a sound one must get the first */
  constructor(
    private readonly seed: number,
    private readonly fitting: readonly number[],
  ) {}

  answered(status: number, { mark }: HostileRequest, n: number): void {
    this.answers.set(status, (this.answers.get(status) ?? 0) + 1)
    if (mark !== undefined && status === this.fitting[0]) this.marks.add(mark)
    const fits = mark === undefined ? this.fitting.includes(status) : status === this.fitting[0]
    if (!fits) this.wrong.push(`seed ${this.seed}, request ${n}: ${status}`)
  }

  get total(): number {
    return [...this.answers.values()].reduce((sum, count) => sum + count, 0)
  }

  /** Every request was answered as it should be, and the load was of both kinds. */
  expectWell(requests: number): void {
    expect(this.wrong.slice(0, 10)).toEqual([])
    expect(this.total).toBe(requests)
    for (const status of this.fitting.slice(0, 2)) expect(this.answers.get(status)).toBeGreaterThan(0)
  }
}
