/** A drafted request as bytes, with the places of everything that changes in flat lists. */
import { TRACES } from '@runlens/otlp'
import { keyValues } from './any-value.ts'
import type { Draft, DraftSpan, Service, TextSlot } from './draft.ts'
import { findSlots } from './slots.ts'

export interface Places {
  at: Int32Array
  numbers: Int32Array
}

export interface Template {
  bytes: Buffer
  spans: number
  traces: number
  executions: number
  serials: number
  traceIds: Places
  spanIds: Places
  times: Places
  texts: Places
  /** Nanoseconds before the request is sent, by time slot. */
  timesBefore: Float64Array
  textSlots: readonly TextSlot[]
}

export function toTemplate(draft: Draft): Template {
  const message = TRACES.request.fromObject({ resourceSpans: byService(draft.spans) })
  const bytes = Buffer.from(TRACES.request.encode(message).finish())
  const slots = findSlots(bytes)
  if (slots.times.at.length !== draft.timesBefore.length) throw new Error('a time was lost in encoding')
  const places = ({ at, numbers }: { at: number[]; numbers: number[] }): Places => ({
    at: Int32Array.from(at),
    numbers: Int32Array.from(numbers),
  })
  return {
    bytes,
    spans: draft.spans.length,
    traces: draft.traces,
    executions: draft.executions,
    serials: draft.serials,
    traceIds: places(slots.traces),
    spanIds: places(slots.spans),
    times: places(slots.times),
    texts: places(slots.texts),
    timesBefore: Float64Array.from(draft.timesBefore),
    textSlots: draft.texts,
  }
}

/** As a gateway sends them: spans gathered by what sent them. */
function byService(spans: readonly DraftSpan[]): unknown[] {
  const groups = new Map<Service, unknown[]>()
  for (const { service, message } of spans) {
    const group = groups.get(service)
    if (group) group.push(message)
    else groups.set(service, [message])
  }
  return [...groups].map(([{ resource, scope }, messages]) => ({
    resource: { attributes: keyValues(resource) },
    scopeSpans: [{ scope, spans: messages }],
  }))
}
