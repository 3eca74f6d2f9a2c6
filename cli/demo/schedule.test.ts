import { createHash } from 'node:crypto'
import { FINAL_STATUSES, isFinal } from '@runlens/conventions'
import { describe, expect, it } from 'vitest'
import { toOtlpRequest } from './otlp-json.ts'
import { busyness, runsEndingIn } from './schedule.ts'

/** Monday, 2026-11-23 14:00 UTC. */
const MONDAY_14 = Date.UTC(2026, 10, 23, 14) / 60_000
const options = { seed: 1, ratePerMinute: 60, rhythm: false }
const hour = Array.from({ length: 60 }, (_, i) => runsEndingIn(MONDAY_14 + i, options)).flat()
const spans = hour.flatMap((run) => run.spans)

describe('the demo', () => {
  it('is the same for the same seed, and another for another one', () => {
    const digest = (seed: number) =>
      createHash('sha256')
        .update(JSON.stringify(toOtlpRequest(runsEndingIn(MONDAY_14, { ...options, seed }))))
        .digest('hex')
    expect(digest(7)).toBe(digest(7))
    expect(digest(7)).not.toBe(digest(8))
  })

  it('has as many runs as asked for', () => {
    expect(hour).toHaveLength(3_600)
  })

  it('keeps every run when the rate rises, so that sending at two rates contradicts nothing', () => {
    const few = runsEndingIn(MONDAY_14, { ...options, ratePerMinute: 10 })
    const many = runsEndingIn(MONDAY_14, { ...options, ratePerMinute: 50 }).map((run) => JSON.stringify(run))
    expect(few.length).toBe(10)
    for (const run of few) expect(many).toContain(JSON.stringify(run))
  })

  it('ends each run within its minute, so that nothing ever lies in the future', () => {
    for (const run of runsEndingIn(MONDAY_14, options)) {
      expect(Math.floor(run.endMs / 60_000)).toBe(MONDAY_14)
      expect(Math.max(...run.spans.map((span) => run.startMs + span.endMs))).toBeCloseTo(run.endMs, 3)
    }
  })

  it('gives every span an id of its own and every parent a place in its trace', () => {
    expect(new Set(spans.map((span) => span.spanId)).size).toBe(spans.length)
    const traceOf = new Map(spans.map((span) => [span.spanId, span.traceId]))
    const strangers = spans.filter((span) => span.parentSpanId && traceOf.get(span.parentSpanId) !== span.traceId)
    expect(strangers).toEqual([])
  })

  it('lets no child reach out of its parent', () => {
    const byId = new Map(spans.map((span) => [span.spanId, span]))
    const outside = spans.filter((span) => {
      const parent = span.parentSpanId ? byId.get(span.parentSpanId) : undefined
      const reachesOut = parent && (span.startMs < parent.startMs || span.endMs > parent.endMs)
      return span.endMs < span.startMs || reachesOut
    })
    expect(outside).toEqual([])
  })

  it('shows every kind of trouble within an hour: failures, retries, waiting, cancelled, slow outliers', () => {
    const statuses = new Set(hour.flatMap((run) => run.statuses))
    for (const status of ['success', 'failed', 'error', 'timeout', 'cancelled', 'waiting']) {
      expect(statuses).toContain(status)
    }
    expect(hour.some((run) => run.statuses.length > 1)).toBe(true)
    const attributes = new Set(
      spans.flatMap((span) => Object.entries(span.attributes).map(([key, value]) => `${key}=${value}`)),
    )
    expect(attributes).toContain('runlens.execution.attempt=2')
    const longest = Math.max(
      ...hour.filter((run) => run.resource['service.name'] === 'shop-api').map((run) => run.endMs - run.startMs),
    )
    expect(longest).toBeGreaterThan(100)
  })

  it('comes from several engines, environments, versions, users and databases', () => {
    const values = (key: string) => new Set(hour.map((run) => run.resource[key]))
    expect(values('service.name').size).toBe(8)
    expect(values('deployment.environment.name')).toEqual(new Set(['production', 'staging']))
    expect(values('service.version').size).toBeGreaterThanOrEqual(2)
    const users = new Set(spans.map((span) => span.attributes['user.id']))
    expect(users.size).toBeGreaterThan(20)
    const databases = new Set(spans.map((span) => span.attributes['db.system.name']))
    expect(databases).toEqual(new Set([undefined, 'postgresql', 'kdb', 'starburst']))
  })

  it('varies the ids within messages of one fault', () => {
    const messages = new Set(
      spans.filter((span) => span.exception?.type === 'NotFoundError').map((span) => span.statusMessage),
    )
    expect(messages.size).toBeGreaterThan(5)
  })

  it('runs the nightly jobs after two o’clock, once per environment', () => {
    const night = Date.UTC(2026, 10, 23, 2, 3) / 60_000
    const jobs = runsEndingIn(night, { ...options, ratePerMinute: 1 }).filter(
      (run) => run.resource['service.name'] === 'warehouse',
    )
    expect(jobs.map((run) => run.resource['deployment.environment.name']).sort()).toEqual(['production', 'staging'])
    for (const job of jobs) expect(job.statuses.every((status) => isFinal(status))).toBe(true)
    expect(FINAL_STATUSES).toContain(jobs[0]!.statuses[0])
  })
})

describe('the rhythm', () => {
  it('is busiest in the afternoon, quiet at night and quieter at the weekend', () => {
    const saturday = Date.UTC(2026, 10, 21, 14) / 60_000
    const night = Date.UTC(2026, 10, 23, 3) / 60_000
    expect(busyness(MONDAY_14)).toBeCloseTo(1)
    expect(busyness(night)).toBeLessThan(0.2)
    expect(busyness(saturday)).toBeCloseTo(0.33)
  })
})
