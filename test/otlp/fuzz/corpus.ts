/** The recorded payloads cut into small requests of one span each, in both encodings: small ones are many in a second. */
import { readdirSync, readFileSync } from 'node:fs'
import { DEFAULT_LIMITS, jsonToTraces, type OtlpEncoding, TRACES } from '@runlens/otlp'
import type { Random } from './random.ts'

const FIXTURES = new URL('../../fixtures/otlp/', import.meta.url)
const SPANS_EACH = 1

export interface Seed {
  encoding: OtlpEncoding
  bytes: Buffer
  /** Trace ids as they stand in the bytes. */
  ids: Buffer[]
}

interface Scope {
  spans: { traceId: string }[]
}
interface Request {
  resourceSpans?: { scopeSpans: Scope[] }[]
}

export const CORPUS: readonly Seed[] = readdirSync(FIXTURES).flatMap((name) => {
  const bytes = readFileSync(new URL(name, FIXTURES))
  return name.endsWith('.pb') ? protobufSeeds(bytes) : jsonSeeds(bytes)
})

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
  const requests = pieces(JSON.parse(bytes.toString()) as Request)
  return requests.flatMap((request) => {
    const text = Buffer.from(JSON.stringify(request))
    const outcome = jsonToTraces(text, DEFAULT_LIMITS)
    if (outcome.kind !== 'ok') throw new Error(outcome.message)
    const hex = idsOf(request).map((id) => Buffer.from(id))
    return [
      { encoding: 'json' as const, bytes: text, ids: hex },
      { encoding: 'protobuf' as const, bytes: outcome.bytes, ids: hex.map((id) => Buffer.from(id.toString(), 'hex')) },
    ]
  })
}

function protobufSeeds(bytes: Buffer): Seed[] {
  const request = TRACES.request.toObject(TRACES.request.decode(bytes), { longs: String, bytes: String }) as Request
  return pieces(request).map((piece) => ({
    encoding: 'protobuf' as const,
    bytes: Buffer.from(TRACES.request.encode(TRACES.request.fromObject(piece)).finish()),
    ids: idsOf(piece).map((id) => Buffer.from(id, 'base64')),
  }))
}

/** The spans of the request, each with its scope and resource. */
function pieces(request: Request): Request[] {
  return (request.resourceSpans ?? []).flatMap((resource) =>
    resource.scopeSpans.flatMap((scope) =>
      Array.from({ length: Math.ceil(scope.spans.length / SPANS_EACH) }, (_, i) => {
        const spans = scope.spans.slice(i * SPANS_EACH, (i + 1) * SPANS_EACH)
        return { resourceSpans: [{ ...resource, scopeSpans: [{ ...scope, spans }] }] }
      }),
    ),
  )
}

function idsOf(request: Request): string[] {
  const spans = (request.resourceSpans ?? []).flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans))
  return [...new Set(spans.map(({ traceId }) => traceId))]
}
