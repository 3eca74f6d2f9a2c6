/** Holds the compiled stage to the one in TypeScript: the same tape, cell by cell, for every request that it takes. */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import {
  type Columns,
  DEFAULT_LIMITS,
  indexTraces,
  jsonToTraces,
  type OtlpLimits,
  type Tape,
  TraceTape,
} from '@runlens/otlp'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Generator } from '../../bench/generate/generator.ts'
import { anyRequest } from '../../test/kit/random-requests.ts'
import { attribute, NOW_MS, request, span } from '../../test/kit/requests.ts'
import { len } from '../../test/kit/wire.ts'
import { Stages } from './stages.ts'
import { TraceIndexer } from './trace-indexer.ts'

const indexer = new TraceIndexer(new Stages())
const reference = new TraceTape()

const PAYLOADS = [
  'n8n-2.40.7-webhook-error-and-wait.otlp.pb',
  'langgraph-1.7.3-openinference-4.1.1-1.otlp.json',
  'mastra-1.71.0-otel-exporter-1.4.0-traces.otlp.json',
  'vercel-ai-6.0.326-1.otlp.json',
].map(payload)

function payload(name: string): Buffer {
  const body = readFileSync(fileURLToPath(new URL(`../../test/fixtures/otlp/${name}`, import.meta.url)))
  const outcome = name.endsWith('.pb') ? { kind: 'ok' as const, bytes: body } : jsonToTraces(body, DEFAULT_LIMITS)
  if (outcome.kind !== 'ok') throw new Error(outcome.message)
  return outcome.bytes
}

/** The rows in use of a table, or the numbers of keys. */
function cells({ at, length }: Columns<string>): Record<string, number[]> {
  return Object.fromEntries(Object.entries(at).map(([name, column]) => [name, [...column.subarray(0, length)]]))
}

function everythingOf(tape: TraceTape) {
  const { keys } = tape as Tape
  return {
    spans: cells(tape.spans),
    attributes: cells(tape.attributes),
    events: cells(tape.events),
    links: cells(tape.links),
    resources: cells(tape.resources),
    scopes: cells(tape.scopes),
    keyStarts: [...keys.starts.subarray(1, keys.length)],
    keyEnds: [...keys.ends.subarray(1, keys.length)],
    bytes: tape.buffer.toString('latin1'),
  }
}

/**
 * Both ways, compared. What has nothing wrong with it must be taken, anything wrong must be left.
 * @returns whether it was taken
 */
function compare(body: Buffer, limits: OtlpLimits = DEFAULT_LIMITS, nowMs = NOW_MS): boolean {
  const compiled = indexer.index(body, limits, nowMs)
  const outcome = indexTraces(reference, Buffer.from(body), limits, nowMs)
  const isClean = outcome.kind === 'indexed' && outcome.rejected.total === 0 && outcome.repaired === 0
  if (!isClean) expect(compiled).toBeUndefined()
  if (!compiled) return false
  expect(compiled).toEqual(outcome)
  expect(everythingOf(indexer.tape)).toEqual(everythingOf(reference))
  return true
}

describe('the compiled index', () => {
  it.each([...PAYLOADS.keys()])('has the same tape of the real payload %i', (number) => {
    expect(compare(PAYLOADS[number]!)).toBe(true)
  })

  it('has the same tape of generated requests, one after another', () => {
    const generator = new Generator({ seed: 7, spansPerRequest: 300 })
    for (let n = 0; n < 10; n++) expect(compare(generator.next(NOW_MS).body)).toBe(true)
  })

  it('has the same tape of any request, or leaves it', () => {
    const tally = { spans: 0, left: 0 }
    // So late that no random time lies ahead.
    const nowMs = NOW_MS + 30 * 86_400_000
    fc.assert(
      fc.property(anyRequest, (body) => {
        if (compare(Buffer.from(body), DEFAULT_LIMITS, nowMs)) tally.spans += indexer.tape.spans.length
        else tally.left++
      }),
      { numRuns: 500 },
    )
    expect(Math.min(tally.spans, tally.left)).toBeGreaterThan(20)
  })

  it('leaves a real payload cut at any byte, but where whole messages are left', () => {
    const body = PAYLOADS[0]!
    const taken = Array.from({ length: body.length }, (_, size) => compare(body.subarray(0, size)))
    expect(taken.filter(Boolean).length).toBeLessThan(5)
  })

  it('has the same tape of a real payload with a bit flipped, or leaves it', () => {
    const tally = { taken: 0, left: 0 }
    for (const original of PAYLOADS) {
      for (let bit = 0; bit < original.length * 8; bit += 41) {
        const body = Buffer.from(original)
        body[bit >> 3]! ^= 1 << (bit & 7)
        tally[compare(body) ? 'taken' : 'left']++
      }
    }
    expect(Math.min(tally.taken, tally.left)).toBeGreaterThan(500)
  })

  it('has the same tape of random bytes written over a payload, or leaves it', () => {
    const edit = fc.tuple(fc.nat(1_000_000), fc.uint8Array({ minLength: 1, maxLength: 12 }))
    fc.assert(
      fc.property(fc.constantFrom(...PAYLOADS), fc.array(edit, { minLength: 1, maxLength: 4 }), (original, edits) => {
        const body = Buffer.from(original)
        for (const [at, bytes] of edits) {
          const from = at % body.length
          body.set(bytes.subarray(0, body.length - from), from)
        }
        compare(body)
      }),
      { numRuns: 400 },
    )
  })

  it('takes texts in all scripts and leaves those that are not UTF-8', () => {
    for (const text of ['grün', '日本語のテキスト', '😀'.repeat(40), `${'x'.repeat(127)}é`, '\u0000\u007f', 'ÿ'])
      expect(compare(request(span(attribute(9, 'k', len(1, Buffer.from(text))))))).toBe(true)
    const broken = [[0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80], [0xe2, 0x82], [0x80]]
    for (const bytes of broken) {
      for (const before of [0, 1, 7, 15, 16, 40]) {
        const text = Buffer.concat([Buffer.alloc(before, 'x'), Buffer.from(bytes), Buffer.alloc(3, 'y')])
        expect(compare(request(span(attribute(9, 'k', len(1, text)))))).toBe(false)
      }
    }
  })

  it('keeps every limit of the other', () => {
    const nested = len(5, len(1, len(5, len(1, len(1, 'deep')))))
    const body = request(span(attribute(9, 'list', nested), attribute(9, 'text', len(1, 'four'))), span())
    for (const [name, enough] of [
      ['spansPerRequestMax', 2],
      ['attributesPerSpanMax', 2],
      ['valueBytesMax', 12],
      ['depthMax', 3],
    ] as const) {
      expect(compare(body, { ...DEFAULT_LIMITS, [name]: enough })).toBe(true)
      expect(compare(body, { ...DEFAULT_LIMITS, [name]: enough - 1 })).toBe(false)
    }
  })

  it('leaves what its memory has no room for, and goes on', () => {
    const spans = Array.from({ length: 17_000 }, () => span())
    expect(compare(request(...spans))).toBe(false)
    const keys = Array.from({ length: 5_000 }, (_, n) => attribute(9, `key ${n}`, len(1, Buffer.from('v'))))
    const owners = Array.from({ length: 10 }, (_, n) => span(...keys.slice(n * 500, n * 500 + 500)))
    expect(compare(request(...owners))).toBe(false)
    expect(compare(request(span(attribute(9, 'k', len(1, Buffer.alloc(3_000_000, 'x'))))))).toBe(true)
    expect(indexer.index(Buffer.alloc(9_000_000), DEFAULT_LIMITS, NOW_MS)).toBeUndefined()
    expect(compare(PAYLOADS[0]!)).toBe(true)
  })
})

it('lies within its memory', () => {
  const stages = new Stages()
  expect(stages.place('END')).toBeLessThanOrEqual(stages.memory.buffer.byteLength)
})
