import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { anyRequest } from '../test/kit/random-requests.ts'
import { NOW_MS } from '../test/kit/requests.ts'
import { readTape } from '../test/kit/tape.ts'
import { DEFAULT_LIMITS, indexTraces, jsonToTraces, TraceTape } from './index.ts'

const PROTOBUF = fixture('n8n-2.40.7-webhook-error-and-wait.otlp.pb')
const JSON_TEXT = fixture('vercel-ai-6.0.326-1.otlp.json')
const tape = new TraceTape()

function fixture(name: string): Buffer {
  return readFileSync(fileURLToPath(new URL(`../test/fixtures/otlp/${name}`, import.meta.url)))
}

/** Must come to an answer, and what it says is indexed must be readable. */
function survive(body: Buffer): string {
  const outcome = indexTraces(tape, body, DEFAULT_LIMITS, NOW_MS)
  if (outcome.kind === 'indexed') expect(readTape(tape).length).toBe(outcome.items - outcome.rejected.total)
  else expect(outcome.message).not.toBe('')
  return outcome.kind
}

function surviveJson(body: Buffer): string {
  const outcome = jsonToTraces(body, DEFAULT_LIMITS)
  return outcome.kind === 'ok' ? survive(outcome.bytes) : outcome.kind
}

describe('a real protobuf payload', () => {
  test('cut at every byte is malformed, but where whole messages are left', () => {
    const kinds = Array.from({ length: PROTOBUF.length }, (_, size) => survive(Buffer.from(PROTOBUF.subarray(0, size))))
    // Its resources are the only fields of the request, so that only their ends are ends of a request.
    expect(kinds.filter((kind) => kind === 'indexed').length).toBe(topLevelFields(PROTOBUF))
    expect(kinds.every((kind) => kind === 'indexed' || kind === 'malformed')).toBe(true)
  })

  test('with a bit flipped, every fifth in turn, is either indexed or malformed', () => {
    for (let bit = 0; bit < PROTOBUF.length * 8; bit += 5) {
      const body = Buffer.from(PROTOBUF)
      body[bit >> 3]! ^= 1 << (bit & 7)
      expect(survive(body)).toMatch(/^(indexed|malformed)$/)
    }
  })

  test('with random bytes written over it is either indexed or malformed', () => {
    const edit = fc.tuple(fc.nat(PROTOBUF.length - 1), fc.uint8Array({ minLength: 1, maxLength: 12 }))
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 5 }), (edits) => {
        const body = Buffer.from(PROTOBUF)
        for (const [at, bytes] of edits) body.set(bytes.slice(0, body.length - at), at)
        expect(survive(body)).toMatch(/^(indexed|malformed)$/)
      }),
      { numRuns: 500 },
    )
  })
})

test('random bytes, and random requests put together wrongly, come to an answer', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => void survive(Buffer.from(bytes))),
    { numRuns: 500 },
  )
  fc.assert(
    fc.property(anyRequest, anyRequest, fc.nat(), (one, other, at) => {
      const cut = one.length === 0 ? 0 : at % one.length
      survive(Buffer.concat([one.subarray(0, cut), other, one.subarray(cut)]))
    }),
    { numRuns: 150 },
  )
})

describe('a real JSON payload', () => {
  test('cut anywhere is malformed', () => {
    for (let size = 0; size < JSON_TEXT.length; size += 7) {
      expect(surviveJson(JSON_TEXT.subarray(0, size))).toBe('malformed')
    }
  })

  test('with any byte replaced by a piece of JSON comes to an answer', () => {
    const pieces = Buffer.from('{}[]",:\\0-e.tn\u0000ÿ')
    for (let at = 0; at < JSON_TEXT.length; at += 3) {
      const body = Buffer.from(JSON_TEXT)
      body[at] = pieces[at % pieces.length]!
      expect(surviveJson(body)).toMatch(/^(indexed|malformed)$/)
    }
  })
})

/** Counted by hand-walking tags and lengths: every field of this payload's request is a resource. */
function topLevelFields(body: Buffer): number {
  let count = 0
  for (let at = 0; at < body.length; count++) {
    let length = 0
    let shift = 0
    let byte: number
    at++
    do {
      byte = body[at++]!
      length |= (byte & 127) << shift
      shift += 7
    } while (byte > 127)
    at += length
  }
  return count
}
