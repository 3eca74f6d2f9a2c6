import { setTimeout as sleep } from 'node:timers/promises'
import { TracerProvider } from '@opentelemetry/sdk-trace'
import { expect, it } from 'vitest'
import { eventually } from '../../test/kit/traces.ts'
import type { ReadableSpan } from './encode/readable-span.ts'
import { OpenSpans } from './open-spans.ts'

const tracer = new TracerProvider().getTracer('test')
const execution = () =>
  tracer.startSpan('run', { attributes: { 'runlens.execution.kind': 'job' } }) as unknown as ReadableSpan

it('shows that an execution is alive, however often its state changes meanwhile', async () => {
  const told: string[] = []
  const open = new OpenSpans({ tell: (event) => told.push(event), heartbeatMs: 300 })
  const span = execution()
  open.started(span)
  const count = (event: string) => told.filter((one) => one === `runlens.execution.${event}`).length
  await eventually(async () => {
    open.updated(span)
    await sleep(20)
    expect(count('heartbeat')).toBeGreaterThan(2)
  })
  open.ended(span)
  open.stop()
  expect(told[0]).toBe('runlens.execution.started')
  expect(count('updated')).toBeGreaterThan(2)
})
