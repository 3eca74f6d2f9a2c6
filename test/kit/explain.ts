/** Explanations for tests: payloads made by hand or recorded, explained with the settings that are the default. */
import { readFileSync } from 'node:fs'
import { createExplainer, type Explanation, loadProfiles, type ProfileSet } from '@runlens/mapping'
import { DEFAULT_LIMITS, jsonToLogs, jsonToTraces } from '@runlens/otlp'
import { int, text } from './traces.ts'

/** After every time in the fixtures. */
const NOW_MS = Date.parse('2026-12-31T00:00:00Z')
const shipped = loadProfiles()

export interface ExplainSettings {
  roots?: 'on' | 'off'
  profiles?: ProfileSet
}

export interface ExplainedRequests {
  traces?: Buffer | object
  logs?: Buffer | object
}

/** @throws Error where the payload can't be read */
export function explain({ traces, logs }: ExplainedRequests, settings: ExplainSettings = {}): Explanation {
  const outcome = createExplainer({
    roots: settings.roots ?? 'on',
    profiles: settings.profiles ?? shipped,
    limits: DEFAULT_LIMITS,
    candidateTimeoutMs: 30_000,
    payloadBytesMax: 16_384,
  }).explain(
    {
      ...(traces ? { traces: Buffer.isBuffer(traces) ? traces : bytesOf(jsonToTraces, traces) } : {}),
      ...(logs ? { logs: Buffer.isBuffer(logs) ? logs : bytesOf(jsonToLogs, logs) } : {}),
    },
    NOW_MS,
  )
  if (outcome.kind !== 'explained') throw new Error(outcome.message)
  return outcome.explanation
}

function bytesOf(toProtobuf: typeof jsonToTraces, request: object): Buffer {
  const outcome = toProtobuf(Buffer.from(JSON.stringify(request)), DEFAULT_LIMITS)
  if (outcome.kind !== 'ok') throw new Error(outcome.message)
  return outcome.bytes
}

/** A recorded payload, by file name. */
export function fixture(file: string): Buffer | object {
  const body = readFileSync(new URL(`../fixtures/otlp/${file}`, import.meta.url))
  return file.endsWith('.json') ? (JSON.parse(body.toString('utf8')) as object) : body
}

export interface SpanParts {
  id: string
  parent?: string
  name?: string
  scope?: string
  /** OTLP's SpanKind. */
  kind?: number
  attributes?: Record<string, string | number>
  status?: { code: number; message?: string }
  events?: object[]
  /** Milliseconds after the first moment of the test. */
  at?: number
  ms?: number
  open?: true
  trace?: string
}

const START = 1_795_391_508_000

/** Spans of one trace and service, each with a scope of its own. Ids are padded to their length with zeros. */
export function spansRequest(spans: readonly SpanParts[], resource: Record<string, string> = {}): object {
  const attributes = [text('service.name', 'svc'), ...Object.entries(resource).map(([key, value]) => text(key, value))]
  return {
    resourceSpans: [{ resource: { attributes }, scopeSpans: spans.map((span) => scopeSpans(span)) }],
  }
}

function scopeSpans({ id, parent, name, scope, kind, status, events, at = 0, ms = 100, open, ...span }: SpanParts) {
  const nanos = (offset: number) => `${START + offset}000000`
  return {
    scope: { name: scope ?? '' },
    spans: [
      {
        traceId: (span.trace ?? 'a').padEnd(32, '0'),
        spanId: spanId(id),
        ...(parent === undefined ? {} : { parentSpanId: spanId(parent) }),
        name: name ?? id,
        kind: kind ?? 1,
        startTimeUnixNano: nanos(at),
        ...(open ? {} : { endTimeUnixNano: nanos(at + ms) }),
        attributes: Object.entries(span.attributes ?? {}).map(([key, value]) =>
          typeof value === 'number' ? int(key, value) : text(key, value),
        ),
        ...(status ? { status } : {}),
        ...(events ? { events } : {}),
      },
    ],
  }
}

export function spanId(id: string): string {
  return id.padEnd(16, '0')
}
