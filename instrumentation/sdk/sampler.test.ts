import { ROOT_CONTEXT, type SpanContext, TraceFlags, trace } from '@opentelemetry/api'
import { AlwaysOnSampler, ParentBasedSampler } from '@opentelemetry/sdk-trace'
import { expect, it } from 'vitest'
import { parentBasedAlwaysOn } from './sampler.ts'

const traceId = '0af7651916cd43dd8448eb211c80319c'
const spanId = 'b7ad6b7169203331'
const PARENTS: Readonly<Record<string, SpanContext | undefined>> = {
  none: undefined,
  sampled: { traceId, spanId, traceFlags: TraceFlags.SAMPLED },
  'sampled elsewhere': { traceId, spanId, traceFlags: TraceFlags.SAMPLED, isRemote: true },
  'left out': { traceId, spanId, traceFlags: TraceFlags.NONE },
  'left out elsewhere': { traceId, spanId, traceFlags: TraceFlags.NONE, isRemote: true },
  'with flags of later versions': { traceId, spanId, traceFlags: 0b10 },
  'of no trace': { traceId: '0'.repeat(32), spanId, traceFlags: TraceFlags.NONE },
  'of no span': { traceId, spanId: 'none', traceFlags: TraceFlags.SAMPLED },
}

it.each(Object.entries(PARENTS))('decides as the stock sampler below a parent: %s', (_, parent) => {
  const stock = new ParentBasedSampler({ root: new AlwaysOnSampler() })
  const within = parent === undefined ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, parent)
  expect(parentBasedAlwaysOn.shouldSample(within)).toEqual(stock.shouldSample(within, traceId, 'name', 0, {}, []))
  expect(String(parentBasedAlwaysOn)).toContain('AlwaysOnSampler')
})
