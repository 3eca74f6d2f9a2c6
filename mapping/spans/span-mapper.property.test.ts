/** Whatever a sender puts into the attributes that mapping reads, the columns stay sound. */
import { EXECUTION_KINDS, ROLE_NUMBER, STATUS_NUMBER, STEP_TYPES } from '@runlens/conventions'
import { DEFAULT_LIMITS, indexTraces, jsonToTraces, TraceTape } from '@runlens/otlp'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { effort } from '../../test/kit/effort.ts'
import { loadProfiles } from './load-profiles.ts'
import { type MappedSpans, TEXT_FIELDS, type TextField } from './mapped-spans.ts'
import { createSpanMapper } from './span-mapper.ts'

const profiles = loadProfiles()
const KEYS = [
  ...new Set([
    ...[...profiles.fields.values()].flat().map(({ key }) => key),
    ...profiles.profiles.flatMap(({ select, roles, status }) => [
      ...select.attributes.map(({ key }) => key),
      ...roles.flatMap(({ attributes }) => Object.keys(attributes)),
      ...(status?.keys ?? []),
    ]),
  ]),
  '__proto__',
  'constructor',
  '',
]
const WORDS = [
  'CHAIN',
  'flow',
  'workflow_run',
  'invoke_agent',
  'error',
  'ended',
  '{"user_id":"u"}',
  '{"user_id":{}}',
  '',
]

const anyValue = fc.oneof(
  fc.record({ stringValue: fc.oneof(fc.constantFrom(...WORDS), fc.string({ unit: 'grapheme' })) }),
  fc.record({ intValue: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String) }),
  fc.record({ doubleValue: fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.constant('NaN')) }),
  fc.record({ boolValue: fc.boolean() }),
  fc.record({ bytesValue: fc.constant('AAEC') }),
  fc.constant({ arrayValue: { values: [{ stringValue: 'x' }] } }),
  fc.constant({ kvlistValue: { values: [{ key: 'user_id', value: { stringValue: 'x' } }] } }),
  fc.constant({}),
)
const attributes = fc.array(fc.record({ key: fc.constantFrom(...KEYS), value: anyValue }), { maxLength: 12 })
const span = fc.record({
  traceId: fc.constant('0123456789abcdef0123456789abcdef'),
  spanId: fc.constant('0123456789abcdef'),
  parentSpanId: fc.constantFrom('', 'fedcba9876543210'),
  name: fc.constantFrom('', 'workflow.execute', '__start__', 'invoke_agent ', 'invoke_agent a', 'RunWorkflow:x', 'x'),
  kind: fc.integer({ min: 0, max: 40 }),
  startTimeUnixNano: fc.constant('1795391508000000000'),
  endTimeUnixNano: fc.constantFrom('0', '1795391508500000000'),
  attributes,
  status: fc.record({
    code: fc.integer({ min: 0, max: 2 }),
    message: fc.constantFrom('', 'a\n\nb', '\n\n', 'TypeError: x'),
  }),
  events: fc.array(fc.record({ name: fc.constantFrom('exception', 'x'), attributes }), { maxLength: 2 }),
})
const scope = fc.record({
  scope: fc.record({ name: fc.constantFrom('', 'ai', 'n8n-workflow', 'temporalio'), attributes }),
  spans: fc.array(span, { maxLength: 4 }),
})
const request = fc.record({
  resourceSpans: fc.array(
    fc.record({ resource: fc.record({ attributes }), scopeSpans: fc.array(scope, { maxLength: 2 }) }),
    { maxLength: 2 },
  ),
})

const mapper = createSpanMapper({ roots: 'on', profiles })
const tape = new TraceTape()

function index(from: object): void {
  const outcome = jsonToTraces(Buffer.from(JSON.stringify(from)), DEFAULT_LIMITS)
  if (outcome.kind !== 'ok') throw new Error(outcome.message)
  expect(indexTraces(tape, outcome.bytes, DEFAULT_LIMITS, 1795391508000)).toMatchObject({ kind: 'indexed' })
}

function text(mapped: MappedSpans, field: TextField, i: number): string {
  const start = mapped.text[field].starts[i]!
  const end = mapped.text[field].ends[i]!
  if (start === -1) return ''
  if (start >= 0) {
    expect(end).toBeGreaterThan(start)
    expect(end).toBeLessThanOrEqual(tape.buffer.length)
    return tape.buffer.toString('utf8', start, end)
  }
  expect(mapped.texts[-2 - start]).toBeInstanceOf(Uint8Array)
  return Buffer.from(mapped.texts[-2 - start]!).toString()
}

function rows(mapped: MappedSpans): unknown[] {
  return Array.from({ length: mapped.length }, (_, i) => [
    ...TEXT_FIELDS.map((field) => text(mapped, field, i)),
    mapped.role[i],
    mapped.rule[i],
    mapped.status[i],
    mapped.statusExplicit[i],
    mapped.attempt[i],
    mapped.rowsTotal[i],
    mapped.rowsReturned[i],
    mapped.progress[i],
    mapped.queuedAt[i],
    mapped.expectedEndAt[i],
  ])
}

it('texts stay inside the buffer, words inside their vocabularies, figures in their ranges', () => {
  fc.assert(
    fc.property(request, (given) => {
      index(given)
      const mapped = mapper.map(tape)
      expect(mapped.length).toBe(tape.spans.length)
      for (let i = 0; i < mapped.length; i++) {
        const executes = mapped.role[i]! >= ROLE_NUMBER.candidate
        expect(['', ...STEP_TYPES]).toContain(text(mapped, 'step_type', i))
        expect(executes ? EXECUTION_KINDS : ['']).toContain(text(mapped, 'execution_kind', i))
        expect(mapped.rule[i]! > 0).toBe(executes)
        expect(mapped.status[i]).toBeLessThan(STATUS_NUMBER.lost)
        expect(text(mapped, 'provider', i)).not.toBe('')
        expect(text(mapped, 'environment', i)).not.toBe('')
        for (const rows of [mapped.rowsTotal[i]!, mapped.rowsReturned[i]!]) {
          expect(Number.isNaN(rows) || (Number.isSafeInteger(rows) && rows >= 0)).toBe(true)
        }
        expect(mapped.queuedAt[i]).toBeGreaterThanOrEqual(0n)
        for (const field of TEXT_FIELDS) text(mapped, field, i)
      }
    }),
    { numRuns: effort(300, 5_000) },
  )
})

it('a request is mapped alike whatever was mapped before', () => {
  fc.assert(
    fc.property(request, request, (first, second) => {
      index(second)
      const alone = rows(createSpanMapper({ roots: 'on', profiles }).map(tape))
      index(first)
      mapper.map(tape)
      index(second)
      expect(rows(mapper.map(tape))).toEqual(alone)
    }),
    { numRuns: effort(80, 1_000) },
  )
})
