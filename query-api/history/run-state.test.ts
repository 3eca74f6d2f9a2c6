import { expect, it } from 'vitest'
import { type CreateRun, createRunSchema } from '../schema/history.ts'
import { newRun, patchedRun, type RunState } from './run-state.ts'

const ids = { executionId: 'e', traceId: 'ab'.repeat(16), spanId: 'cd'.repeat(8), userId: null, startedNs: 1_000n }
const begun = newRun(createRunSchema.parse({ workflow_id: 'w' }) as CreateRun, ids)
const over: RunState = { ...begun, status: 'success', endedNs: 2_000_001_000n }

it('begins with the defaults', () => {
  expect(begun).toMatchObject({ mode: 'cloud-run', status: 'running', input: '{}', endedNs: 0n })
  expect(begun.attributes).toEqual({ 'runlens.visual.enabled': false, 'runlens.visual.streaming': false })
})

it('ends now, or as long after its start as the client says', () => {
  expect(patchedRun(begun, { status: 'completed' }, 9_000n)).toMatchObject({ status: 'success', endedNs: 9_000n })
  expect(patchedRun(begun, { status: 'failed', execution_time_seconds: 2.5 }, 9_000n)?.endedNs).toBe(2_500_001_000n)
  expect(patchedRun(begun, { status: 'failed' }, 500n)?.endedNs).toBe(1_001n)
})

it('remembers a time that is told before the end', () => {
  const told = patchedRun(begun, { execution_time_seconds: 2 }, 9_000n)!
  expect(told.endedNs).toBe(0n)
  expect(patchedRun(told, { status: 'completed' }, 9_000n)?.endedNs).toBe(2_000_001_000n)
})

it('takes what is told after the end as the last word, and never goes back', () => {
  expect(patchedRun(over, { visual_events_captured: 3 }, 9n)).toMatchObject({
    status: 'success',
    endedNs: over.endedNs + 1n,
    attributes: { 'runlens.visual.events_captured': 3 },
  })
  expect(patchedRun(over, { status: 'cancelled' }, 9n)?.status).toBe('cancelled')
  expect(patchedRun(over, { execution_time_seconds: 3 }, 9n)?.endedNs).toBe(3_000_001_000n)
  expect(patchedRun(over, { execution_time_seconds: 1 }, 9n)?.endedNs).toBe(over.endedNs + 1n)
  expect(patchedRun(over, { status: 'running' }, 9n)).toBeNull()
  expect(patchedRun(over, { status: 'waiting' }, 9n)).toBeNull()
})

it('leaves what is absent or null', () => {
  const patched = patchedRun(
    { ...begun, attributes: { 'runlens.visual.events_captured': 5 } },
    { visual_events_captured: null },
    9n,
  )
  expect(patched?.attributes).toEqual({ 'runlens.visual.events_captured': 5 })
})
