import { gzipSync } from 'node:zlib'
import { createLogger } from '@runlens/runtime'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createAdmission } from '../admission.ts'
import type { Outcome } from '../outcome.ts'
import { Intake, type IntakeOptions } from './intake.ts'
import type { Fault } from './status.ts'

const OK: Outcome = { kind: 'accepted', accepted: 1, rejected: 0, message: '' }
const PLAIN = { encoding: 'protobuf', compression: 'identity' } as const

function open(options: Partial<IntakeOptions> = {}) {
  const admission = createAdmission({ inFlightBytesMax: 10_000_000, inFlightRequestsMax: 1 })
  const bodies: string[] = []
  const slow: Fault[] = []
  const intake = new Intake({
    permit: admission.enter(0)!,
    bodyBytesMax: 1_000_000,
    times: { idleMs: 100, totalMs: 250 },
    expectedBytes: undefined,
    handOn: async (body) => {
      bodies.push(body.toString())
      return OK
    },
    onSlow: (why) => slow.push(why),
    log: createLogger('collector', 'silent'),
    ...options,
  })
  return { admission, intake, bodies, slow }
}

describe('an intake', () => {
  it('hands the whole body on, inflated, and holds its permit until the outcome', async () => {
    let answer = (_: Outcome) => {}
    const { admission, intake } = open({ handOn: () => new Promise((resolve) => (answer = resolve)) })
    intake.push(Buffer.from('ab'))
    const finished = intake.finish(PLAIN)
    await new Promise((resolve) => setImmediate(resolve))
    expect(admission.inFlight().requests).toBe(1)
    answer(OK)
    expect(await finished).toEqual(OK)
    expect(admission.inFlight()).toEqual({ requests: 0, bytes: 0 })
  })

  it('inflates a compressed body before it is handed on', async () => {
    const { intake, bodies } = open()
    intake.push(gzipSync('spans'))
    await intake.finish({ encoding: 'json', compression: 'gzip' })
    expect(bodies).toEqual(['spans'])
  })

  it('asks the sender to come back when we fail ourselves, and gives the permit back', async () => {
    const { admission, intake } = open({ handOn: () => Promise.reject(new Error('a bug')) })
    expect(await intake.finish(PLAIN)).toMatchObject({ kind: 'refused', reason: 'unexpected' })
    expect(admission.inFlight().requests).toBe(0)
  })

  it('gives its permit back when the body grows too large', () => {
    const { admission, intake } = open({ bodyBytesMax: 10 })
    expect(intake.push(Buffer.alloc(11))).toMatchObject({ reason: 'too_large' })
    expect(admission.inFlight().requests).toBe(0)
  })

  it('gives its permit back when the announced length is too large', () => {
    const { admission, intake } = open({ bodyBytesMax: 10 })
    expect(intake.expect(11)).toMatchObject({ reason: 'too_large' })
    expect(admission.inFlight().requests).toBe(0)
  })
})

describe('an intake whose body comes slowly', () => {
  beforeEach(() => {
    vi.useFakeTimers()
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  it('is refused for now, once, after a silence', () => {
    const { admission, slow } = open()
    vi.advanceTimersByTime(1_000)
    expect(slow.map(({ reason }) => reason)).toEqual(['slow_body'])
    expect(admission.inFlight().requests).toBe(0)
  })

  it('is kept while something comes, but not for ever', () => {
    const { intake, slow } = open()
    for (let i = 0; i < 2; i++) {
      vi.advanceTimersByTime(90)
      intake.push(Buffer.from('x'))
    }
    expect(slow).toEqual([])
    vi.advanceTimersByTime(90)
    expect(slow.map(({ reason }) => reason)).toEqual(['slow_body'])
  })

  it('has no time limit once the body is complete', () => {
    const { intake, slow } = open({ handOn: () => new Promise(() => {}) })
    intake.finish(PLAIN)
    vi.advanceTimersByTime(10_000)
    expect(slow).toEqual([])
  })
})
