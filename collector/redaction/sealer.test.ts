import { readFileSync } from 'node:fs'
import {
  ANY,
  DEFAULT_LIMITS,
  indexLogs,
  indexMetrics,
  indexTraces,
  jsonToLogs,
  jsonToMetrics,
  jsonToTraces,
  LogTape,
  MetricTape,
  type Tape,
  TraceTape,
} from '@runlens/otlp'
import { encryptedAttributes, readSealed, TextCipher } from '@runlens/runtime'
import { expect, it } from 'vitest'
import { parse } from 'yaml'
import { KEEP_EVERYTHING, type RedactionSettings, Redactor } from './redactor.ts'
import { Sealer } from './sealer.ts'

const NOW = 1_700_000_000_000
const TIME = '1700000000000000000'
const CANARY = 'zk9q-CANARY'
const cipher = new TextCipher([{ id: 'k1', bytes: Buffer.alloc(32, 7) }])
const string = (stringValue: string) => ({ stringValue })
const pairs = (attributes: Record<string, unknown>) =>
  Object.entries(attributes).map(([key, value]) => ({ key, value }))

function redactorOf(
  settings: RedactionSettings = KEEP_EVERYTHING,
  attributes = ['default'],
  logBodies: 'on' | 'off' = 'on',
) {
  const redactor = new Redactor(settings, new Sealer(cipher, { attributes, logBodies }))
  redactor.use('acme')
  return redactor
}

function traceTape(attributes: Record<string, unknown>, more: Record<string, unknown> = {}): TraceTape {
  const span = {
    traceId: '0af7651916cd43dd8448eb211c80319c',
    spanId: 'b7ad6b7169203331',
    name: 'GET',
    startTimeUnixNano: TIME,
    endTimeUnixNano: TIME,
    attributes: pairs(attributes),
    ...more,
  }
  const read = jsonToTraces(
    Buffer.from(JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: [span] }] }] })),
    DEFAULT_LIMITS,
  )
  if (read.kind !== 'ok') throw new Error(read.kind)
  const tape = new TraceTape()
  expect(indexTraces(tape, read.bytes, DEFAULT_LIMITS, NOW).kind).toBe('indexed')
  return tape
}

/** By key; bodies of log records have none. */
function textsOf({ attributes, buffer }: Tape): Record<string, string> {
  const { keyStart, keyEnd, valueStart, valueEnd } = attributes.at
  const texts: Record<string, string> = {}
  for (let row = 0; row < attributes.length; row++) {
    const key = keyStart[row]! < 0 ? '' : buffer.toString('utf8', keyStart[row]!, keyEnd[row]!)
    texts[key] = buffer.toString('utf8', valueStart[row]!, valueEnd[row]!)
  }
  return texts
}

function opened(text: string | undefined, tenant = 'acme'): unknown {
  const result = cipher.open(readSealed(text ?? '')!, tenant)
  return result.kind === 'whole' ? result.text : result
}

it('encrypts what is chosen and nothing else, wherever it stands, other kinds than texts as the text of their JSON', () => {
  const tape = traceTape(
    {
      'input.value': string('grüße'),
      'DB.query.text': string('SELECT 1'),
      'output.value': { arrayValue: { values: [string('a'), { intValue: '1' }] } },
      'runlens.step.input': { kvlistValue: { values: [{ key: 'a', value: { boolValue: true } }] } },
      'runlens.step.output': { bytesValue: Buffer.from('raw').toString('base64') },
      'gen_ai.prompt.0.content': { intValue: '42' },
      'gen_ai.completion': string(''),
      'user.id': string('ann'),
    },
    { events: [{ timeUnixNano: TIME, name: 'x', attributes: pairs({ 'gen_ai.prompt': string('in an event') }) }] },
  )
  const before = tape.buffer
  const redactor = redactorOf()
  redactor.redact(tape)
  const texts = textsOf(tape)
  expect(opened(texts['input.value'])).toBe('grüße')
  expect(opened(texts['DB.query.text'])).toBe('SELECT 1')
  expect(opened(texts['output.value'])).toBe('["a",1]')
  expect(opened(texts['runlens.step.input'])).toBe('{"a":true}')
  expect(opened(texts['runlens.step.output'])).toBe(Buffer.from('raw').toString('base64'))
  expect(opened(texts['gen_ai.prompt.0.content'])).toBe('42')
  expect(opened(texts['gen_ai.prompt'])).toBe('in an event')
  expect(texts['gen_ai.completion']).toBe('')
  expect(texts['user.id']).toBe('ann')
  expect(opened(texts['input.value'], 'globex')).toEqual({ kind: 'refused' })
  expect([...tape.attributes.at.type.subarray(0, 7)]).toEqual(Array(7).fill(ANY.string))
  // What stood there before stands there still: all that the tape noted is true.
  expect(tape.buffer.subarray(0, before.length).equals(before)).toBe(true)
  expect(tape.data.getUint8(3)).toBe(tape.buffer[3])
  expect(redactor.sealed).toBe(7)
})

it('comes after masking and after the policy of query texts', () => {
  const tape = traceTape({
    'input.value': string(`{"password":"${CANARY}","a":1}`),
    'db.query.text': string(`SELECT * FROM t WHERE a = '${CANARY}'`),
  })
  redactorOf({ ...KEEP_EVERYTHING, secrets: 'on', queryText: 'sanitised' }).redact(tape)
  const texts = textsOf(tape)
  expect(opened(texts['input.value'])).toBe(`{"password":"${'*'.repeat(CANARY.length)}","a":1}`)
  expect(opened(texts['db.query.text'])).toBe('SELECT * FROM t WHERE a = ?')
})

it('leaves what it encrypted itself, and encrypts what only looks so', () => {
  const forged = 'enc:v1:k1:QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFB'
  // A name that masking would take for a secret.
  const secretly = new TextCipher([{ id: 'api_token', bytes: Buffer.alloc(32, 7) }])
  const redactor = new Redactor(
    { ...KEEP_EVERYTHING, secrets: 'on', queryText: 'hashed' },
    new Sealer(secretly, { attributes: ['default'], logBodies: 'on' }),
  )
  redactor.use('acme')
  const ours = secretly.seal(Buffer.from('SELECT 1'), 'acme')
  const tape = traceTape({ 'db.query.text': string(ours), 'input.value': string(forged) })
  redactor.redact(tape)
  const texts = textsOf(tape)
  expect(texts['db.query.text']).toBe(ours)
  expect(secretly.open(readSealed(texts['input.value']!)!, 'acme')).toEqual({ kind: 'whole', text: forged })
})

it('follows the configuration', () => {
  const attributes = { 'input.value': string('a'), 'Acme.Note': string('b'), 'acme.form.name': string('c') }
  const texts = (chosen: string[]) => {
    const tape = traceTape(attributes)
    redactorOf(KEEP_EVERYTHING, chosen).redact(tape)
    return Object.entries(textsOf(tape)).map(([key, text]) => [key, readSealed(text) !== undefined])
  }
  expect(texts(['acme.note', 'acme.form.*'])).toEqual([
    ['input.value', false],
    ['Acme.Note', true],
    ['acme.form.name', true],
  ])
  expect(texts(['default', 'acme.note'])).toEqual([
    ['input.value', true],
    ['Acme.Note', true],
    ['acme.form.name', false],
  ])
})

it('encrypts bodies of log records when it is told to, which is after everything was read from them', () => {
  const records = [string(CANARY), { kvlistValue: { values: [{ key: 'a', value: string(CANARY) }] } }]
  const tapeOf = (body: unknown) => {
    const record = { timeUnixNano: TIME, body, attributes: pairs({ 'runlens.step.input': string(CANARY) }) }
    const read = jsonToLogs(
      Buffer.from(JSON.stringify({ resourceLogs: [{ scopeLogs: [{ logRecords: [record] }] }] })),
      DEFAULT_LIMITS,
    )
    if (read.kind !== 'ok') throw new Error(read.kind)
    const tape = new LogTape()
    indexLogs(tape, read.bytes, DEFAULT_LIMITS, NOW)
    return tape
  }
  const bodies = records.map((body) => {
    const tape = tapeOf(body)
    const redactor = redactorOf()
    redactor.redact(tape)
    expect(opened(textsOf(tape)['runlens.step.input'])).toBe(CANARY)
    expect(readSealed(textsOf(tape)['']!)).toBeUndefined()
    redactor.sealBodies(tape)
    return opened(textsOf(tape)[''])
  })
  expect(bodies).toEqual([CANARY, `{"a":"${CANARY}"}`])
  const tape = tapeOf(records[0])
  redactorOf(KEEP_EVERYTHING, ['default'], 'off').sealBodies(tape)
  expect(textsOf(tape)['']).toBe(CANARY)
})

it('gives attributes of metrics the same text each time, because points are known by them', () => {
  const text = () => {
    const point = { timeUnixNano: TIME, asInt: '1', attributes: pairs({ 'db.query.text': string('SELECT 1') }) }
    const metrics = [{ name: 'm', gauge: { dataPoints: [point] } }]
    const read = jsonToMetrics(
      Buffer.from(JSON.stringify({ resourceMetrics: [{ scopeMetrics: [{ metrics }] }] })),
      DEFAULT_LIMITS,
    )
    if (read.kind !== 'ok') throw new Error(read.kind)
    const tape = new MetricTape()
    indexMetrics(tape, read.bytes, DEFAULT_LIMITS, NOW)
    redactorOf().redact(tape)
    return textsOf(tape)['db.query.text']!
  }
  expect(opened(text())).toBe('SELECT 1')
  expect(text()).toBe(text())
})

it('chooses by default whatever mapping takes for a query, an input or an output', () => {
  const fields = parse(readFileSync(new URL('../../mapping/profiles/fields.yaml', import.meta.url), 'utf8')) as Record<
    string,
    (string | { key: string })[]
  >
  const { names, prefixes } = encryptedAttributes({ attributes: ['default'] })
  const isChosen = (key: string) => names.has(key) || prefixes.some((prefix) => key.startsWith(prefix))
  const keys = [fields.query!, fields.input_key!, fields.output_key!]
    .flat()
    .map((one) => (typeof one === 'string' ? one : one.key))
  expect(keys.length).toBeGreaterThan(30)
  expect(keys.filter((key) => !isChosen(key.toLowerCase()))).toEqual([])
})
