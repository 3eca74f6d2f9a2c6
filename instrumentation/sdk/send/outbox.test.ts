import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { type Receiver, startReceiver } from '../../../test/instrumentation/receiver.ts'
import { PATIENCE_MS } from '../../../test/kit/patience.ts'
import { eventually } from '../../../test/kit/traces.ts'
import type { ProtoWriter } from '../encode/proto-writer.ts'
import { createHttpTransport } from './http-transport.ts'
import { Outbox, type OutboxOptions } from './outbox.ts'
import type { Outcome } from './outcome.ts'
import type { Transport } from './transport.ts'

const RESOURCE = { attributes: { 'service.name': 'outbox' } }
const SCOPE = { name: 'test' }

let receiver: Receiver
beforeEach(async () => {
  receiver = await startReceiver()
})
afterEach(() => receiver.stop())

function outbox(options: Partial<OutboxOptions> = {}): Outbox {
  const transport = createHttpTransport({
    protocol: 'http/protobuf',
    url: new URL('/v1/traces', receiver.url),
    headers: {},
    timeoutMs: PATIENCE_MS,
    compression: 'none',
    tls: {},
  })
  const limits = {
    delayMs: 20,
    batchRecordsMax: 10,
    batchBytesMax: 10_000,
    queueBytesMax: 4_000,
    queueRecordsMax: 1_000,
  }
  return new Outbox({ transport, whenUnsupported: 'refuse', ...limits, ...options })
}

/** A span of its name alone. */
function span(to: ProtoWriter, field: number, name: string): void {
  const message = to.open(field)
  to.tag(5, 2)
  to.text(name)
  to.close(message)
}

it('holds no more than its bound, counts what it dropped, and everything is accounted for', async () => {
  receiver.answer = () => ({ status: 503, headers: { 'retry-after': '60' } })
  const box = outbox()
  const name = 'x'.repeat(100)
  for (let at = 0; at < 1_000; at++) box.add(RESOURCE, SCOPE, span, name)
  expect(box.pending).toBeLessThanOrEqual(40)
  expect(box.counters.dropped).toBeGreaterThanOrEqual(960)
  expect(box.counters.recorded).toBe(box.pending + box.counters.dropped)
  expect(await box.deliver(50)).toMatchObject({ kind: 'pending' })
  expect(await box.deliver(50, 0)).toMatchObject({ kind: 'dropped' })
  box.stop()
})

it('tells of each record whether it arrived, also of one among others', async () => {
  const box = outbox({ delayMs: 60_000 })
  box.add(RESOURCE, SCOPE, span, 'first')
  expect(await box.deliver(PATIENCE_MS)).toEqual({ kind: 'acknowledged' })
  receiver.answer = () => ({ status: 400 })
  box.add(RESOURCE, SCOPE, span, 'second')
  expect(await box.deliver(PATIENCE_MS)).toEqual({ kind: 'refused', why: 'HTTP 400' })
  expect(receiver.spans.map((one) => one.name)).toEqual(['first'])
  expect(box.counters).toMatchObject({ recorded: 2, acknowledged: 1, refused: 1 })
  box.stop()
})

it('leaves out a record that can not be encoded, and only that', async () => {
  const box = outbox()
  box.add(RESOURCE, SCOPE, span, 'before')
  const broken = (to: ProtoWriter) => {
    to.open(2)
    to.text('half a record')
    throw new Error('no more')
  }
  expect(() => box.add(RESOURCE, SCOPE, broken, undefined)).toThrow('no more')
  box.add(RESOURCE, SCOPE, span, 'after')
  await box.deliver(PATIENCE_MS)
  expect(receiver.spans.map((one) => one.name)).toEqual(['before', 'after'])
  box.stop()
})

it('keeps resources and scopes apart, and sends a giant among small ones', async () => {
  const box = outbox({ queueBytesMax: 10_000_000 })
  const other = { attributes: { 'service.name': 'other' } }
  const giant = 'g'.repeat(2_000_000)
  box.add(RESOURCE, SCOPE, span, 'a')
  box.add(other, { name: 'second', version: '1' }, span, giant)
  box.add(RESOURCE, { name: 'third' }, span, 'c')
  box.add(RESOURCE, SCOPE, span, 'd')
  expect(await box.deliver(PATIENCE_MS)).toEqual({ kind: 'acknowledged' })
  const told = receiver.spans.map(({ name, scope, resource }) => [
    name.length > 9 ? name.length : name,
    scope,
    resource['service.name'],
  ])
  expect(told.sort()).toEqual([
    [2_000_000, 'second', 'other'],
    ['a', 'test', 'outbox'],
    ['c', 'third', 'outbox'],
    ['d', 'test', 'outbox'],
  ])
  box.stop()
})

it('asks a collector that does not know the signal once, then not for a while', async () => {
  receiver.answer = () => ({ status: 404 })
  const pauses: number[] = []
  const box = outbox({ whenUnsupported: 'pause', onUnsupported: (ms) => pauses.push(ms) })
  box.add(RESOURCE, SCOPE, span, 'marker')
  await eventually(async () => expect(pauses).toEqual([60_000]))
  for (let at = 1; at < 5; at++) {
    box.add(RESOURCE, SCOPE, span, 'marker')
    await sleep(60)
  }
  await eventually(async () => expect(box.counters.muted).toBe(5))
  expect(receiver.requests.length).toBe(1)
  expect(pauses).toEqual([60_000])
  expect(box.counters).toMatchObject({ recorded: 5, muted: 5, refused: 0, dropped: 0 })
  expect(box.pending).toBe(0)
  box.stop()
})

it('sends again although the event loop was busy when it was told to wait', async () => {
  const answers: Outcome[] = [{ kind: 'later', why: 'busy', afterMs: 50 }]
  const transport: Transport = {
    async post() {
      const answer = answers.shift()
      // The timer of the pause counts from before this: it comes too early.
      if (answer) for (const until = performance.now() + 200; performance.now() < until; );
      return answer ?? { kind: 'accepted', rejected: 0 }
    },
    close: () => {},
  }
  const box = outbox({ transport })
  // In one turn of the loop with what follows.
  await sleep(1)
  box.add(RESOURCE, SCOPE, span, 'patient')
  expect(await box.deliver(5_000)).toEqual({ kind: 'acknowledged' })
  box.stop()
})
