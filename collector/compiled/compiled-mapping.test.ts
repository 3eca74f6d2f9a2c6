import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { createSpanMapper, loadProfiles, type MappedSpans, type ProfileSet, TEXT_FIELDS } from '@runlens/mapping'
import { DEFAULT_LIMITS, indexTraces, jsonToTraces, TRACES, TraceTape } from '@runlens/otlp'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { effort } from '../../test/kit/effort.ts'
import { NOW_MS, START } from '../../test/kit/requests.ts'
import { CompiledMapping } from './compiled-mapping.ts'
import { Stages } from './stages.ts'
import { TraceIndexer } from './trace-indexer.ts'

/** A profile of one's own, whose status and fields count in its spans alone. */
const OWN: ProfileSet['profiles'][number] = {
  name: 'acme',
  file: 'acme.yaml',
  own: true,
  provider: 'Acme',
  order: 1,
  select: { always: false, scopes: ['acme'], attributes: [{ key: 'acme.kind', in: ['true', 'run'] }] },
  prefixes: ['run ', 'running '],
  skip: ['noise'],
  roles: [
    { attributes: { 'acme.kind': ['run'] }, root: true, role: 'entry', rule: 1, kind: 'job', line: 1 },
    { attributes: {}, prefixes: ['run '], spanKinds: [1], role: 'step', rule: 0, type: 'tool', line: 2 },
  ],
  status: { keys: ['acme.state'], words: { fine: 'success', bad: 'failed' }, final: true },
  fields: new Map(),
}
const shipped = loadProfiles()
const profiles: ProfileSet = { ...shipped, profiles: [OWN, ...shipped.profiles] }

const stages = new Stages()
const indexer = new TraceIndexer(stages)

/** A mapper with the stage and one without, and how many spans the stage has left. */
function ways(roots: 'on' | 'off', set: ProfileSet = profiles, on = indexer) {
  const plain = createSpanMapper({ roots, profiles: set })
  const compiled = createSpanMapper({ roots, profiles: set })
  const stage = new CompiledMapping(on)
  const way = { plain, compiled, stage, looked: 0, left: 0, joined: 0 }
  const map = stage.map.bind(stage)
  stage.map = (first, ...scope) => {
    const run = map(first, ...scope)
    way.looked += run.end - first
    way.left += run.left
    way.joined += run.joined
    return run
  }
  compiled.useStage(stage)
  return way
}

function cells(mapped: MappedSpans, tape: TraceTape): unknown[] {
  return Array.from({ length: mapped.length }, (_, i) => [
    ...TEXT_FIELDS.map((field) => [field, text(mapped, tape, field, i)]),
    ...(['role', 'rule', 'status', 'statusExplicit', 'attempt', 'rowsTotal', 'rowsReturned', 'progress'] as const).map(
      (name) => [name, mapped[name][i]],
    ),
    mapped.queuedAt[i],
    mapped.expectedEndAt[i],
  ])
}

function text(mapped: MappedSpans, tape: TraceTape, field: (typeof TEXT_FIELDS)[number], i: number): string {
  const start = mapped.text[field].starts[i]!
  if (start === -1) return ''
  if (start >= 0) return tape.buffer.toString('latin1', start, mapped.text[field].ends[i])
  return Buffer.from(mapped.texts[-2 - start]!).toString('latin1')
}

/** Both ways' cells of a request; undefined for one that the compiled indexer leaves. */
function both(body: Buffer, { plain, compiled }: ReturnType<typeof ways>) {
  if (indexer.index(body, DEFAULT_LIMITS, NOW_MS) === undefined) return undefined
  const { tape } = indexer
  return { plain: cells(plain.map(tape), tape), compiled: cells(compiled.map(tape), tape) }
}

function encoded(request: object): Buffer {
  return Buffer.from(TRACES.request.encode(TRACES.request.fromObject(request)).finish())
}

/** What anything in the profiles speaks of. */
const all = profiles.profiles
const KEYS = [
  ...[...profiles.fields.values()].flat().map(({ key }) => key),
  ...all.flatMap(({ select, roles, status }) => [
    ...select.attributes.map(({ key }) => key),
    ...roles.flatMap((rule) => Object.keys(rule.attributes)),
    ...(status?.keys ?? []),
  ]),
  'unknown',
  '',
]
const WORDS = [
  ...all.flatMap(({ select, roles, status }) => [
    ...select.attributes.flatMap((marker) => marker.in ?? []),
    ...roles.flatMap((rule) => Object.values(rule.attributes).flatMap((words) => (words === 'present' ? [] : words))),
    ...Object.keys(status?.words ?? {}),
  ]),
  ...Object.keys(profiles.statuses),
  ...['Finished', 'workflow', 'llm', 'step', 'x'.repeat(33), 'None', ''],
  // Of attributes whose JSON is looked into.
  '{"user_id":"u","ls_integration":"langgraph"}',
  '{"ls_integration":"other","thread_id":"t","session_id":"s"}',
  '{ "user_id" : -12.5 , "session_id"\t:\n"s" }',
  '{"a":{"user_id":"no"},"b":["user_id"],"user_id":"yes"}',
  '{"user_id":"a\\"b","thread_id":"\\u00fc"}',
  '{"user_id":"","thread_id":{},"session_id":null}',
  '{"a":"\\",\\"user_id\\":\\"no","user_id":"yes"}',
  '{"a":"\\"","user_id":"u","b":"\\\\"}',
  '{"user_id":"cut',
  '{"user_id":',
  '{"user_id"',
  '[{"user_id":1}]',
  '   ',
]
const NAMES = [
  ...all.flatMap(({ skip, prefixes, roles }) => [
    ...skip,
    ...prefixes,
    ...prefixes.map((prefix) => `${prefix}x`),
    ...roles.flatMap((rule) => [...(rule.names ?? []), ...(rule.prefixes ?? [])]),
  ]),
  ...['a.started', '.started', 'run running x', ''],
]
const SCOPES = [...all.flatMap(({ select }) => select.scopes), 'x', '']

const ints = fc.oneof(
  fc.nat(700).map(String),
  fc.constantFrom(65_535, 65_536, 2 ** 28 - 1, 2 ** 28).map(String),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String),
)
const value = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom(...WORDS).map((stringValue) => ({ stringValue })) },
  { weight: 4, arbitrary: ints.map((intValue) => ({ intValue })) },
  fc.boolean().map((boolValue) => ({ boolValue })),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((doubleValue) => ({ doubleValue })),
  fc.string({ unit: 'binary', maxLength: 40 }).map((stringValue) => ({ stringValue })),
  fc.constantFrom({}, { bytesValue: 'AAEC' }, { arrayValue: { values: [{ stringValue: 'x' }] } }),
)
const attributes = (maxLength: number) => fc.array(fc.record({ key: fc.constantFrom(...KEYS), value }), { maxLength })
const time = fc.constantFrom(START, START + 1n).map(String)
const span = fc.record({
  traceId: fc.constant(Buffer.alloc(16, 7)),
  spanId: fc.constant(Buffer.alloc(8, 7)),
  parentSpanId: fc.constantFrom(Buffer.alloc(0), Buffer.alloc(8, 9)),
  name: fc.constantFrom(...NAMES),
  kind: fc.constantFrom(0, 1, 2, 3, 4, 5, 40),
  startTimeUnixNano: time,
  endTimeUnixNano: fc.option(fc.oneof(time, fc.constant('0')), { nil: undefined }),
  attributes: attributes(10),
  status: fc.record({ code: fc.constantFrom(0, 0, 0, 1, 2), message: fc.constantFrom('', 'a\n\nb', 'TypeError: x') }),
  events: fc.array(fc.record({ name: fc.constantFrom('exception', 'x'), attributes: attributes(3) }), { maxLength: 1 }),
})
const request = fc.record({
  resourceSpans: fc.array(
    fc.record({
      resource: fc.record({ attributes: attributes(4) }),
      scopeSpans: fc.array(
        fc.record({
          scope: fc.record({ name: fc.constantFrom(...SCOPES), attributes: attributes(2) }),
          spans: fc.array(span, { maxLength: 6 }),
        }),
        { maxLength: 3 },
      ),
    }),
    { maxLength: 3 },
  ),
})

test('every cell of any request is what TypeScript maps, with roots on and off', () => {
  for (const roots of ['on', 'off'] as const) {
    const way = ways(roots)
    fc.assert(
      fc.property(request, (given) => {
        const cells = both(encoded(given), way)
        if (cells) expect(cells.compiled).toEqual(cells.plain)
      }),
      { numRuns: effort(300, 10_000) },
    )
    // Neither side of the comparison is empty.
    expect(way.looked - way.left).toBeGreaterThan(200)
    expect(way.left).toBeGreaterThan(100)
  }
})

test('each key with each word, alone in a span', () => {
  const way = ways('on')
  for (const key of new Set(KEYS)) {
    const spans = [...new Set(WORDS)].flatMap((word) =>
      [undefined, Buffer.alloc(8, 9)].map((parentSpanId) => ({
        traceId: Buffer.alloc(16, 7),
        spanId: Buffer.alloc(8, 7),
        parentSpanId,
        name: 'invoke_agent a',
        kind: 1,
        startTimeUnixNano: String(START),
        attributes: [{ key, value: { stringValue: word } }],
      })),
    )
    const cells = both(encoded({ resourceSpans: [{ scopeSpans: [{ spans }] }] }), way)!
    expect(cells.compiled, key).toEqual(cells.plain)
  }
})

test('plain spans are not left: of servers, queues, databases and steps', () => {
  const attributesOf = (given: Record<string, string | number>) =>
    Object.entries(given).map(([key, value]) => ({
      key,
      value: typeof value === 'string' ? { stringValue: value } : { intValue: value },
    }))
  const kinds = [
    { kind: 2, name: 'GET', attributes: attributesOf({ 'http.request.method': 'GET', 'http.route': '/orders' }) },
    { kind: 2, name: 'GET', attributes: attributesOf({ 'http.method': 'POST', 'http.route': '/orders' }) },
    { kind: 5, name: 'process', attributes: attributesOf({ 'messaging.system': 'kafka' }) },
    { kind: 3, name: 'SELECT', attributes: attributesOf({ 'db.system': 'mysql', 'db.response.returned_rows': 700 }) },
    { kind: 3, name: 'call', attributes: attributesOf({ 'http.response.status_code': 200, 'error.type': 'x' }) },
    { kind: 1, name: 'node', attributes: attributesOf({ 'n8n.node.name': 'n', 'runlens.step.attempt': 70_000 }) },
  ]
  const spans = kinds.map((one) => ({
    ...one,
    traceId: Buffer.alloc(16, 7),
    spanId: Buffer.alloc(8, 7),
    startTimeUnixNano: String(START),
    endTimeUnixNano: String(START),
  }))
  const resource = { attributes: attributesOf({ 'service.name': 'shop', 'service.namespace': 'eu' }) }
  const way = ways('on')
  const cells = both(encoded({ resourceSpans: [{ resource, scopeSpans: [{ spans }, { spans }] }] }), way)!
  expect(cells.compiled).toEqual(cells.plain)
  expect({ looked: way.looked, left: way.left, joined: way.joined }).toEqual({ looked: 12, left: 0, joined: 4 })
})

test('what one span says inside JSON is not what the next one says', () => {
  const named = (key: string, stringValue: string) => [{ key, value: { stringValue } }]
  const spans = [named('metadata', '{"user_id":"inside"}'), [], named('user.id', 'own'), []].map((attributes) => ({
    traceId: Buffer.alloc(16, 7),
    spanId: Buffer.alloc(8, 7),
    name: 'x',
    startTimeUnixNano: String(START),
    attributes,
  }))
  const resource = { attributes: named('enduser.pseudo.id', 'of all') }
  const way = ways('on')
  const cells = both(encoded({ resourceSpans: [{ resource, scopeSpans: [{ spans }] }] }), way)!
  expect(cells.compiled).toEqual(cells.plain)
  const mapped = way.compiled.map(indexer.tape)
  expect(spans.map((_, i) => text(mapped, indexer.tape, 'user_id', i))).toEqual(['inside', 'of all', 'own', 'of all'])
  expect(way.left).toBe(0)
})

test('spans of all recorded payloads of traces', () => {
  const fixtures = fileURLToPath(new URL('../../test/fixtures/otlp/', import.meta.url))
  const way = ways('on', shipped)
  for (const name of readdirSync(fixtures).filter((file) => !file.includes('-logs'))) {
    const file = readFileSync(fixtures + name)
    const outcome = name.endsWith('.pb') ? { kind: 'ok' as const, bytes: file } : jsonToTraces(file, DEFAULT_LIMITS)
    if (outcome.kind !== 'ok') throw new Error(outcome.message)
    const cells = both(outcome.bytes, way)!
    expect(cells.compiled).toEqual(cells.plain)
  }
  expect(way.looked).toBeGreaterThan(10)
})

test('profiles that need more room than there is are not used by the stage', () => {
  const skip = Array.from({ length: 20_000 }, (_, i) => `a name that is never shown, the one of number ${i}`)
  const way = ways(
    'on',
    { ...shipped, profiles: [{ ...OWN, skip }, ...shipped.profiles] },
    new TraceIndexer(new Stages()),
  )
  const spans = [
    { traceId: Buffer.alloc(16, 7), spanId: Buffer.alloc(8, 7), name: 'x', startTimeUnixNano: String(START) },
  ]
  const cells = both(encoded({ resourceSpans: [{ scopeSpans: [{ spans }] }] }), way)!
  expect(cells.compiled).toEqual(cells.plain)
  expect(way.looked).toBe(0)
})

test('a request with more spans than the columns have room for, and one after it', () => {
  const way = ways('on')
  const spansOf = (count: number) =>
    encoded({
      resourceSpans: [
        {
          scopeSpans: [
            {
              spans: Array.from({ length: count }, (_, i) => ({
                traceId: Buffer.alloc(16, 7),
                spanId: Buffer.alloc(8, 7),
                name: `span ${i}`,
                startTimeUnixNano: String(START),
              })),
            },
          ],
        },
      ],
    })
  const large = spansOf(stages.place('SPANS_MAX') + 1)
  expect(both(large, way)).toBeUndefined()
  const tape = new TraceTape()
  indexTraces(tape, large, { ...DEFAULT_LIMITS, spansPerRequestMax: 100_000 }, NOW_MS)
  expect(tape.spans.length).toBe(stages.place('SPANS_MAX') + 1)
  expect(cells(way.compiled.map(tape), tape)).toEqual(cells(way.plain.map(tape), tape))
  const small = both(spansOf(10), way)!
  expect(small.compiled).toEqual(small.plain)
  expect(way.looked).toBe(10)
})
