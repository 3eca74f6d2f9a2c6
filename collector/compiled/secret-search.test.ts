import { readdirSync, readFileSync } from 'node:fs'
import { DEFAULT_LIMITS, jsonToTraces } from '@runlens/otlp'
import { TextCipher } from '@runlens/runtime'
import fc from 'fast-check'
import { beforeEach, describe, expect, it } from 'vitest'
import { DECIDED_NAMES_MAX, decidedNames } from '../redaction/decided-names.ts'
import { QUERY_TEXT_POLICIES } from '../redaction/query-text.ts'
import { KEEP_EVERYTHING, type RedactionSettings, Redactor } from '../redaction/redactor.ts'
import { Sealer } from '../redaction/sealer.ts'
import { SEARCH_FOR, SecretSearch } from './secret-search.ts'
import { Stages } from './stages.ts'
import { TraceIndexer } from './trace-indexer.ts'

const NOW = Date.UTC(2027, 0, 1)
const TIME = '1700000000000000000'
const FIXTURES = new URL('../../test/fixtures/otlp/', import.meta.url)
const ON: RedactionSettings = { ...KEEP_EVERYTHING, secrets: 'on' }

const indexer = new TraceIndexer(new Stages())
const search = new SecretSearch(indexer)

type Value = Record<string, unknown>
type Attribute = { key: string; value: Value }

function bodyOf(attributes: Attribute[], texts: string[] = []): Buffer {
  const [name = 'GET', message = '', event = 'e'] = texts
  const span = {
    traceId: '0af7651916cd43dd8448eb211c80319c',
    spanId: 'b7ad6b7169203331',
    name,
    startTimeUnixNano: TIME,
    endTimeUnixNano: TIME,
    attributes,
    status: { code: 2, message },
    events: [{ timeUnixNano: TIME, name: event, attributes }],
  }
  return protobufOf(Buffer.from(JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: [span] }] }] })))
}

function protobufOf(json: Buffer): Buffer {
  const read = jsonToTraces(json, DEFAULT_LIMITS)
  if (read.kind !== 'ok') throw new Error(read.kind)
  return read.bytes
}

/** All that redaction may change, once with the search and once without it. */
function redacted(body: Buffer, settings: RedactionSettings, helper?: SecretSearch) {
  if (!indexer.index(body, DEFAULT_LIMITS, NOW)) throw new Error('left')
  const { tape } = indexer
  const redactor = new Redactor(settings, undefined, helper)
  redactor.use('default')
  redactor.redact(tape)
  const ends = [...tape.attributes.at.valueEnd.subarray(0, tape.attributes.length)]
  return { text: tape.buffer.toString('latin1'), ends, masked: redactor.masked }
}

function expectSame(body: Buffer, settings = ON): number {
  const plain = redacted(body, settings)
  // Twice: the names in it are known then.
  expect(redacted(body, settings, search)).toEqual(plain)
  expect(redacted(body, settings, search)).toEqual(plain)
  return plain.masked
}

const string = (stringValue: string): Value => ({ stringValue })
const bytes = (text: string): Value => ({ bytesValue: Buffer.from(text).toString('base64') })
const list = (values: Value[]): Value => ({ arrayValue: { values } })
const map = (values: Attribute[]): Value => ({ kvlistValue: { values } })

const NAMES = [
  'password',
  'apiKey',
  'x-api-key',
  'Authorization',
  'max_tokens',
  'user.id',
  'id',
  'pin',
  'ключ',
  'token',
]
const SECRETS = [
  'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.dBjftJeZ4CVP-mB92K27uhbUJU1p1r',
  'AKIAIOSFODNN7EXAMPLE',
  'github_pat_0123456789abcdefghijABCDEFGHIJ',
  'ghp_0123456789abcdefghijABCDEFGHIJ',
  'glpat-0123456789abcdefghij',
  'sk-proj-0123456789abcdefghij',
  'sk_live_0123456789abcdef',
  'rk_live_0123456789abcdef',
  'rl_0123456789abcdefghij',
  'xoxb-1234567890-abcdef',
  'xapp-1234567890-abcdef',
  'BEARER hunter2-CANARY',
  'Basic aHVudGVyMg==',
  '-----BEGIN RSA PRIVATE KEY-----\nabc\n-----END RSA PRIVATE KEY-----',
  "PASSWORD 'x'",
  "Identified by 'x'",
  'postgres://app:hunter2@db:5432/shop?sslmode=require',
  '://:b@',
  '://a:b/c@d',
  '{"password":"x","n":1}',
  '{\\"client_secret\\":\\"x\\"}',
  'Server=db;Password=x;',
]
const PIECES = ['"', "'", '\\', ':', '=', '://', '//', '@', '/', '{', '[', ' ', '\n', ',', '-', '.', '1', '8080', '\0']
const piece = fc.oneof(
  fc.constantFrom(...NAMES),
  fc.constantFrom(...SECRETS),
  fc.constantFrom(...PIECES),
  fc.string({ maxLength: 20, unit: 'grapheme' }),
)
const structured = fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(''))
/** One of the texts with a character taken out, doubled, or another in its place. */
const mutated = fc
  .tuple(structured, fc.nat(), fc.constantFrom('', ...PIECES, 'a', 'Z', 'é'))
  .map(([text, at, other]) => {
    const index = text.length === 0 ? 0 : at % text.length
    return text.slice(0, index) + other + text.slice(index + (at % 2))
  })
const text = fc
  .oneof(structured, mutated, fc.string({ unit: 'binary', maxLength: 60 }))
  .map((made) => Buffer.from(made).toString())
const key = fc.oneof(
  fc.constantFrom('db.query.text', 'db.query.parameter.0', 'app.note', 'acme.badge', 'kept.secret', ...NAMES),
  text,
)
const { value } = fc.letrec<{ value: Value }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    text.map(string),
    text.map(bytes),
    fc.nat().map((intValue) => ({ intValue })),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((doubleValue) => ({ doubleValue })),
    fc.boolean().map((boolValue) => ({ boolValue })),
    fc.constant({}),
    fc.array(tie('value'), { maxLength: 4 }).map(list),
    fc.array(fc.record({ key, value: tie('value') }), { maxLength: 4 }).map(map),
  ),
}))
const settings = fc.record({
  secrets: fc.constantFrom('on' as const, 'on' as const, 'off' as const),
  keys: fc.constantFrom([], ['ACME.badge']),
  keep: fc.constantFrom([], ['kept.secret', 'password']),
  queryText: fc.constantFrom('full' as const, ...QUERY_TEXT_POLICIES),
  tenants: fc.constant({}),
})

describe('redaction with the search', () => {
  it('does what it does without it', () => {
    let masked = 0
    const attributes = fc.array(fc.record({ key, value }), { maxLength: 12 })
    fc.assert(
      fc.property(attributes, fc.array(text, { maxLength: 3 }), settings, (pairs, texts, how) => {
        masked += expectSame(bodyOf(pairs, texts), how)
      }),
      { numRuns: 1500 },
    )
    expect(masked).toBeGreaterThan(100)
  })

  it.each(SECRETS)('finds a secret at every place of a step, and beside every byte: %s', (secret) => {
    const pairs: Attribute[] = []
    for (let before = 0; before <= 33; before++)
      pairs.push({ key: 'a', value: string(`${'.'.repeat(before)}${secret}`) })
    for (let byte = 0; byte < 128; byte++) {
      pairs.push({ key: 'a', value: string(`x${String.fromCharCode(byte)}${secret}${String.fromCharCode(byte)}`) })
    }
    for (let length = 0; length < secret.length; length++)
      pairs.push({ key: 'a', value: string(secret.slice(0, length)) })
    expect(expectSame(bodyOf(pairs, [secret, secret, secret]))).toBeGreaterThan(0)
  })

  it.each(readdirSync(FIXTURES).filter((name) => !name.includes('logs')))('does so for %s', (name) => {
    const file = readFileSync(new URL(name, FIXTURES))
    const body = name.endsWith('.json') ? protobufOf(file) : file
    for (const queryText of QUERY_TEXT_POLICIES) expectSame(body, { ...ON, queryText })
  })

  it('does so below the deepest list that it looks into', () => {
    const nested = Array.from({ length: 20 }).reduce<Value>((inner) => list([inner]), string('password=x'))
    expect(expectSame(bodyOf([{ key: 'a', value: nested }]))).toBe(2)
  })
})

describe('rows that are left to TypeScript', () => {
  beforeEach(() => search.treatments.fill(SEARCH_FOR.secrets))

  const ordinary: Attribute[] = [
    { key: 'url', value: string('https://example.com:8080/a/b@c?x=1') },
    { key: 'log', value: string('time=12:30:45 level=info msg="done"') },
    { key: 'sql', value: string('SELECT * FROM users WHERE id = 7 -- token of appreciation') },
    { key: 'prose', value: string('passengers identify basically bearings, skilled ghosts, a risky e-mail') },
    { key: 'list', value: list([string('a'), map([{ key: 'max_tokens', value: { intValue: 1 } }])]) },
    { key: 'empty', value: string('') },
    { key: 'n', value: { intValue: 1 } },
  ]

  it('are none of those that say nothing, once their names are known', () => {
    const body = bodyOf(ordinary)
    redacted(body, ON, search)
    indexer.index(body, DEFAULT_LIMITS, NOW)
    expect([...search.attributes(indexer.tape)]).toEqual([])
  })

  it('are all whose names were forgotten, until they are known again', () => {
    const body = bodyOf([{ key: 'a', value: string('level=info') }])
    const left = () => {
      indexer.index(body, DEFAULT_LIMITS, NOW)
      return search.attributes(indexer.tape).length
    }
    redacted(body, ON, search)
    expect(left()).toBe(0)
    const { generation } = decidedNames
    const flood = Array.from({ length: 100 }, (_, at) => at)
    for (let part = 0; decidedNames.generation === generation; part++) {
      if (part > DECIDED_NAMES_MAX) throw new Error('never full')
      redacted(bodyOf(flood.map((at) => ({ key: 'b', value: string(`name-${part}-${at}=x`) }))), ON, search)
    }
    expect(left()).toBe(2)
    expectSame(body)
    expect(left()).toBe(0)
  })

  it('are those of no tape whose bytes have left the memory', () => {
    const sealer = new Sealer(new TextCipher([{ id: 'k1', bytes: Buffer.alloc(32, 7) }]), {
      attributes: ['default'],
      logBodies: 'off',
    })
    indexer.index(bodyOf([{ key: 'input.value', value: string('password=hunter2') }]), DEFAULT_LIMITS, NOW)
    const { tape } = indexer
    const redactor = new Redactor(ON, sealer, search)
    redactor.use('acme')
    expect(search.serves(tape)).toBe(true)
    redactor.redact(tape)
    expect(redactor.masked).toBe(2)
    expect(redactor.sealed).toBe(2)
    expect(search.serves(tape)).toBe(false)
    expect(tape.buffer.includes('hunter2')).toBe(false)
  })
})
