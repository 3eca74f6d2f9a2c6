/** The recorded payloads, and metrics of every kind, cut into small requests of one span, log record or metric each, in both encodings: small ones are many in a second. */
import { readdirSync, readFileSync } from 'node:fs'
import { DEFAULT_LIMITS, jsonToProtobuf, LOGS, METRICS, type OtlpEncoding, type Signal, TRACES } from '@runlens/otlp'
import { everyKind, metricsExport } from '../../kit/metrics.ts'
import type { Random } from './random.ts'

const FIXTURES = new URL('../../fixtures/otlp/', import.meta.url)

export interface Seed {
  signal: Signal
  encoding: OtlpEncoding
  bytes: Buffer
  /** Trace ids as they stand in the bytes. */
  ids: Buffer[]
}

type Item = Record<string, unknown> & { traceId?: string }
type Scope = Record<string, Item[]>
type Resource = Record<string, Scope[]>
type Request = Record<string, Resource[]>

const LISTS = [
  { signal: TRACES, resources: 'resourceSpans', scopes: 'scopeSpans', items: 'spans' },
  { signal: LOGS, resources: 'resourceLogs', scopes: 'scopeLogs', items: 'logRecords' },
  { signal: METRICS, resources: 'resourceMetrics', scopes: 'scopeMetrics', items: 'metrics' },
]

export const CORPUS: readonly Seed[] = [
  ...readdirSync(FIXTURES).flatMap((name) => {
    const bytes = readFileSync(new URL(name, FIXTURES))
    return name.endsWith('.pb') ? protobufSeeds(bytes) : jsonSeeds(bytes)
  }),
  ...jsonSeeds(Buffer.from(JSON.stringify(metricsExport(everyKind(Date.UTC(2026, 5, 1)))))),
]

/** A copy of the seed with trace ids of its own, so that its spans are not known as resends. */
export function renewed({ bytes, ids }: Seed, random: Random): Buffer {
  const copy = Buffer.from(bytes)
  for (const id of ids) {
    const fresh = random.bytes(16)
    const written = id.length === 16 ? fresh : Buffer.from(fresh.toString('hex'))
    for (let at = copy.indexOf(id); at >= 0; at = copy.indexOf(id, at + id.length)) written.copy(copy, at)
  }
  return copy
}

function jsonSeeds(bytes: Buffer): Seed[] {
  return pieces(JSON.parse(bytes.toString()) as Request).flatMap(({ signal, request, id }) => {
    const text = Buffer.from(JSON.stringify(request))
    const outcome = jsonToProtobuf(signal, text, DEFAULT_LIMITS)
    if (outcome.kind !== 'ok') throw new Error(outcome.message)
    return [
      { signal, encoding: 'json' as const, bytes: text, ids: id === '' ? [] : [Buffer.from(id)] },
      { signal, encoding: 'protobuf' as const, bytes: outcome.bytes, ids: id === '' ? [] : [Buffer.from(id, 'hex')] },
    ]
  })
}

function protobufSeeds(bytes: Buffer): Seed[] {
  const request = TRACES.request.toObject(TRACES.request.decode(bytes), { longs: String, bytes: String }) as Request
  return pieces(request).map(({ signal, request: piece, id }) => ({
    signal,
    encoding: 'protobuf' as const,
    bytes: Buffer.from(TRACES.request.encode(TRACES.request.fromObject(piece)).finish()),
    ids: [Buffer.from(id, 'base64')],
  }))
}

/** The items of the request, each with its scope and resource. */
function pieces(request: Request): { signal: Signal; request: Request; id: string }[] {
  return LISTS.flatMap(({ signal, resources, scopes, items }) =>
    (request[resources] ?? []).flatMap((resource) =>
      resource[scopes]!.flatMap((scope) =>
        scope[items]!.map((item) => ({
          signal,
          request: { [resources]: [{ ...resource, [scopes]: [{ ...scope, [items]: [item] }] }] } as Request,
          id: item.traceId ?? '',
        })),
      ),
    ),
  )
}
