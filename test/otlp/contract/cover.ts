/** Ties checks to clauses, cell by cell: a cell is one clause over one way, and holds a check or why there is nothing to check. */
import { expect } from 'vitest'
import type { InProcess, InProcessOptions } from '../in-process.ts'
import { type Verdict, WAYS, type Way, type WayName } from '../senders.ts'
import type { ClauseId } from './clauses.ts'
import type { SignalKit } from './signals.ts'

export interface Setting {
  /** What is sent. */
  kit: SignalKit
  /** How; requests go to the signal's path. */
  way: Way
  /** Of the built collector in a process of its own, with its default settings. */
  collector: { grpc: string; http: string }
  /** A figure of that collector. */
  metric: (name: string) => Promise<number>
  /** Receivers over a pipeline that the check plays, for outcomes that the real one can't be brought to; ended for it. */
  inProcess: (options?: InProcessOptions) => Promise<InProcess>
}

export type Check = (setting: Setting) => Promise<void>
export interface NotApplicable {
  because: string
}

export interface Covered {
  clause: ClauseId
  cells: Partial<Record<WayName, Check | NotApplicable>>
}

/** What a way is, for exceptions. */
type Trait = 'grpc' | 'http' | 'protobuf' | 'json' | 'plain' | 'gzip'

/** Covers a clause over every way, but for those with a trait that makes it not applicable. */
export function cover(clause: ClauseId, check: Check, except: Partial<Record<Trait, string>> = {}): Covered {
  const cells = WAYS.map((way) => {
    const traits: Trait[] = [way.transport, way.encoding, way.gzip ? 'gzip' : 'plain']
    const because = traits.map((trait) => except[trait]).find((reason) => reason !== undefined)
    return [way.name, because === undefined ? check : { because }] as const
  })
  return { clause, cells: Object.fromEntries(cells) }
}

export function expectSuccess(answer: Verdict): void {
  expect(answer.grpc ?? answer.http).toBe(answer.grpc === undefined ? 200 : 0)
  expect(answer).toMatchObject({ partial: undefined, status: undefined, retryAfterSeconds: undefined })
}

/** Refused for good: with a reason to read, and without any invitation to come back. */
export function expectRefused(answer: Verdict, grpc: number, http: number): void {
  expect(answer.grpc ?? answer.http).toBe(answer.grpc === undefined ? http : grpc)
  expect(answer.status).toMatchObject({ code: grpc, retryAfterSeconds: undefined })
  expect(answer.status?.message).not.toBe('')
  expect(answer.retryAfterSeconds).toBeUndefined()
}

/** Refused for now: the delay stands in the headers and, the same, in the status. */
export function expectComeBack(answer: Verdict, afterSeconds: number): void {
  expect(answer.grpc ?? answer.http).toBe(answer.grpc === undefined ? 503 : 14)
  expect(answer.status).toMatchObject({ code: 14, retryAfterSeconds: afterSeconds })
  expect(answer.retryAfterSeconds).toBe(afterSeconds)
}
