/** Reads a tape back into objects, span by span, through the same functions that fill and read the store. */
import {
  type AnyValue,
  formatValue,
  type KeyValue,
  type LogTape,
  parseValue,
  type Tape,
  type TraceTape,
} from '@runlens/otlp'

/** A span with its scope and resource; absent texts and ids are ''. */
export interface ReadSpan {
  traceId: string
  spanId: string
  parentSpanId: string
  traceState: string
  name: string
  kind: number
  flags: number
  start: string
  end: string
  attributes: KeyValue[]
  dropped: [attributes: number, events: number, links: number]
  events: { time: string; name: string; attributes: KeyValue[]; dropped: number }[]
  links: {
    traceId: string
    spanId: string
    traceState: string
    flags: number
    attributes: KeyValue[]
    dropped: number
  }[]
  status: [code: number, message: string]
  scope: ReadScope
  resource: ReadResource
}

export interface ReadScope {
  name: string
  version: string
  schemaUrl: string
  attributes: KeyValue[]
  dropped: number
}

export interface ReadResource {
  schemaUrl: string
  attributes: KeyValue[]
  dropped: number
}

/** A log record with its scope and resource; absent texts and ids are '', a body that is not there is undefined. */
export interface ReadLog {
  traceId: string
  spanId: string
  /** Its own, else when it was observed. */
  time: string
  severityNumber: number
  severityText: string
  eventName: string
  body: AnyValue | undefined
  attributes: KeyValue[]
  dropped: number
  flags: number
  scope: ReadScope
  resource: ReadResource
}

export function readLogTape(tape: LogTape): ReadLog[] {
  const { at } = tape.logs
  return Array.from({ length: tape.logs.length }, (_, row) => ({
    traceId: hex(tape, at.traceId[row]!, 16),
    spanId: hex(tape, at.spanId[row]!, 8),
    time: time(tape, at.time[row]!),
    severityNumber: at.severityNumber[row]!,
    severityText: text(tape, at.severityTextStart[row]!, at.severityTextEnd[row]!),
    eventName: text(tape, at.eventNameStart[row]!, at.eventNameEnd[row]!),
    body: at.body[row]! < 0 ? undefined : attributeValue(tape, at.body[row]!),
    attributes: attributes(tape, at.attributes[row]!, at.attributeCount[row]!),
    dropped: at.dropped[row]! >>> 0,
    flags: at.flags[row]! >>> 0,
    ...readParents(tape, at.scope[row]!),
  }))
}

export function readTape(tape: TraceTape): ReadSpan[] {
  return Array.from({ length: tape.spans.length }, (_, index) => readSpan(tape, index))
}

function readSpan(tape: TraceTape, row: number): ReadSpan {
  const { at } = tape.spans
  const scope = at.scope[row]!
  return {
    traceId: hex(tape, at.traceId[row]!, 16),
    spanId: hex(tape, at.spanId[row]!, 8),
    parentSpanId: hex(tape, at.parentSpanId[row]!, 8),
    traceState: text(tape, at.traceStateStart[row]!, at.traceStateEnd[row]!),
    name: text(tape, at.nameStart[row]!, at.nameEnd[row]!),
    kind: at.kind[row]!,
    flags: at.flags[row]! >>> 0,
    start: time(tape, at.startTime[row]!),
    end: time(tape, at.endTime[row]!),
    attributes: attributes(tape, at.attributes[row]!, at.attributeCount[row]!),
    dropped: [at.droppedAttributes[row]! >>> 0, at.droppedEvents[row]! >>> 0, at.droppedLinks[row]! >>> 0],
    events: rows(at.events[row]!, at.eventCount[row]!).map((event) => readEvent(tape, event)),
    links: rows(at.links[row]!, at.linkCount[row]!).map((link) => readLink(tape, link)),
    status: [at.statusCode[row]!, text(tape, at.statusMessageStart[row]!, at.statusMessageEnd[row]!)],
    ...readParents(tape, scope),
  }
}

function readEvent(tape: TraceTape, row: number): ReadSpan['events'][number] {
  const { at } = tape.events
  return {
    time: time(tape, at.time[row]!),
    name: text(tape, at.nameStart[row]!, at.nameEnd[row]!),
    attributes: attributes(tape, at.attributes[row]!, at.attributeCount[row]!),
    dropped: at.dropped[row]! >>> 0,
  }
}

function readLink(tape: TraceTape, row: number): ReadSpan['links'][number] {
  const { at } = tape.links
  return {
    traceId: hex(tape, at.traceId[row]!, 16),
    spanId: hex(tape, at.spanId[row]!, 8),
    traceState: text(tape, at.traceStateStart[row]!, at.traceStateEnd[row]!),
    flags: at.flags[row]! >>> 0,
    attributes: attributes(tape, at.attributes[row]!, at.attributeCount[row]!),
    dropped: at.dropped[row]! >>> 0,
  }
}

/** @param scope its row */
export function readParents(tape: Tape, scope: number): { scope: ReadScope; resource: ReadResource } {
  return { scope: readScope(tape, scope), resource: readResource(tape, tape.scopes.at.resource[scope]!) }
}

function readScope(tape: Tape, row: number): ReadScope {
  const { at } = tape.scopes
  return {
    name: text(tape, at.nameStart[row]!, at.nameEnd[row]!),
    version: text(tape, at.versionStart[row]!, at.versionEnd[row]!),
    schemaUrl: text(tape, at.schemaUrlStart[row]!, at.schemaUrlEnd[row]!),
    attributes: attributes(tape, at.attributes[row]!, at.attributeCount[row]!),
    dropped: at.dropped[row]! >>> 0,
  }
}

function readResource(tape: Tape, row: number): ReadResource {
  const { at } = tape.resources
  return {
    schemaUrl: text(tape, at.schemaUrlStart[row]!, at.schemaUrlEnd[row]!),
    attributes: attributes(tape, at.attributes[row]!, at.attributeCount[row]!),
    dropped: at.dropped[row]! >>> 0,
  }
}

export function attributes(tape: Tape, first: number, count: number): KeyValue[] {
  const { at } = tape.attributes
  return rows(first, count).map((row) => ({
    key: text(tape, at.keyStart[row]!, at.keyEnd[row]!),
    value: attributeValue(tape, row),
  }))
}

/** The value of an attribute, by way of the text and code under which it is stored. */
export function attributeValue(tape: Tape, row: number): AnyValue {
  const { code, text } = formatValue(tape, row)
  return parseValue(code, text)
}

function rows(first: number, count: number): number[] {
  return Array.from({ length: count }, (_, index) => first + index)
}

export function text(tape: Tape, start: number, end: number): string {
  return start < 0 ? '' : tape.buffer.toString('utf8', start, end)
}

export function hex(tape: Tape, start: number, size: number): string {
  return start < 0 ? '' : tape.buffer.toString('hex', start, start + size)
}

function time(tape: Tape, start: number): string {
  return start < 0 ? '0' : tape.buffer.readBigUInt64LE(start).toString()
}
