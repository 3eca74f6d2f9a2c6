import { DEFAULT_LIMITS, indexLogs, indexTraces, jsonToLogs, jsonToTraces, LogTape, TraceTape } from '@runlens/otlp'
import { expect, it } from 'vitest'
import { KEEP_EVERYTHING, type RedactionSettings, Redactor } from './redactor.ts'

const ON: RedactionSettings = { ...KEEP_EVERYTHING, secrets: 'on' }
const CANARY = 'hunter2-CANARY'
const string = (stringValue: string) => ({ stringValue })

type Value = Record<string, unknown>

/** The attributes of a span after redaction, as texts, and the whole request. */
function redacted(attributes: Record<string, Value>, settings = ON, tenant = 'default', more: Value = {}) {
  const span = {
    traceId: '0af7651916cd43dd8448eb211c80319c',
    spanId: 'b7ad6b7169203331',
    name: 'GET',
    startTimeUnixNano: '1700000000000000000',
    endTimeUnixNano: '1700000000000000001',
    attributes: Object.entries(attributes).map(([key, value]) => ({ key, value })),
    ...more,
  }
  const read = jsonToTraces(
    Buffer.from(JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: [span] }] }] })),
    DEFAULT_LIMITS,
  )
  if (read.kind !== 'ok') throw new Error(read.kind)
  const tape = new TraceTape()
  expect(indexTraces(tape, read.bytes, DEFAULT_LIMITS, 1_700_000_000_000).kind).toBe('indexed')
  const redactor = new Redactor(settings)
  redactor.use(tenant)
  redactor.redact(tape)
  const { keyStart, keyEnd, valueStart, valueEnd } = tape.attributes.at
  const texts: Record<string, string> = {}
  for (let row = 0; row < tape.attributes.length; row++) {
    const key = tape.buffer.toString('utf8', keyStart[row]!, keyEnd[row]!)
    texts[key] = tape.buffer.toString('utf8', valueStart[row]!, valueEnd[row]!)
  }
  return { texts, whole: tape.buffer.toString('latin1'), masked: redactor.masked, tape }
}

it('masks what stands under a secret name, of any type, and nothing else', () => {
  const { texts, whole, masked } = redacted({
    'http.request.header.authorization': { arrayValue: { values: [string(CANARY), string(CANARY)] } },
    'db.password': string(CANARY),
    'app.session.cookie': { bytesValue: Buffer.from(CANARY).toString('base64') },
    config: {
      kvlistValue: {
        values: [
          { key: 'apiKey', value: string(CANARY) },
          { key: 'name', value: string('kept') },
        ],
      },
    },
    'card.pin': { intValue: '123456' },
    'user.id': string('ann'),
    count: { intValue: '123456' },
  })
  expect(whole).not.toContain('hunter2')
  expect(texts['db.password']).toBe('*'.repeat(CANARY.length))
  expect(texts.config).toContain('kept')
  expect(texts['user.id']).toBe('ann')
  expect(texts['card.pin']).not.toBe(texts.count)
  expect(masked).toBe(6)
})

it('searches every other text: names, messages, events, their attributes', () => {
  const url = `postgres://app:${CANARY}@db/shop`
  const { whole } = redacted(
    { 'db.connection_string': string(url), payload: string(`{"password":"${CANARY}"}`) },
    ON,
    'default',
    {
      name: `connect ${url}`,
      status: { code: 2, message: `can't reach ${url}` },
      events: [
        {
          timeUnixNano: '1700000000000000000',
          name: `Bearer ${CANARY}`,
          attributes: [{ key: 'exception.message', value: string(`refused: ${url}`) }],
        },
      ],
    },
  )
  expect(whole).not.toContain('hunter2')
  expect(whole).toContain("can't reach postgres://app:")
})

it('follows the configuration', () => {
  const attributes = { 'acme.badge': string(CANARY), 'db.password': string(CANARY) }
  expect(redacted(attributes, { ...ON, keys: ['ACME.badge'], keep: ['db.password'] }).texts).toEqual({
    'acme.badge': '*'.repeat(CANARY.length),
    'db.password': CANARY,
  })
  expect(redacted(attributes, KEEP_EVERYTHING).texts['db.password']).toBe(CANARY)
})

it('keeps of query texts what the tenant wants', () => {
  const query = `SELECT "a" FROM t WHERE name = 'O''Brien' AND id IN (7, 0x1F) AND c = "x" AND p = $1 -- note\nLIMIT 10 /* b */`
  const attributes = { 'db.query.text': string(query), 'db.query.parameter.0': string('Ann'), other: string(query) }
  const kept = (queryText: RedactionSettings['queryText'], tenant = 'default') =>
    redacted(attributes, { ...KEEP_EVERYTHING, tenants: { acme: { queryText: 'off' } }, queryText }, tenant).texts
  expect(kept('full')).toEqual({ 'db.query.text': query, 'db.query.parameter.0': 'Ann', other: query })
  expect(kept('sanitised')).toEqual({
    'db.query.text': 'SELECT "a" FROM t WHERE name = ? AND id IN (?, ?) AND c = ? AND p = $1 \nLIMIT ? ',
    'db.query.parameter.0': '',
    other: query,
  })
  expect(kept('hashed')['db.query.text']).toMatch(/^[0-9a-f]{16}$/)
  expect(kept('hashed')['db.query.text']).toBe(kept('hashed')['db.query.text'])
  expect(kept('off')['db.query.text']).toBe('')
  expect(kept('full', 'acme')['db.query.text']).toBe('')
})

it('searches log records, their bodies and attributes', () => {
  const record = {
    timeUnixNano: '1700000000000000000',
    body: string(`login with password=${CANARY}`),
    attributes: [{ key: 'token', value: string(CANARY) }],
  }
  const nested = { ...record, body: { kvlistValue: { values: [{ key: 'secret', value: string(CANARY) }] } } }
  const read = jsonToLogs(
    Buffer.from(JSON.stringify({ resourceLogs: [{ scopeLogs: [{ logRecords: [record, nested] }] }] })),
    DEFAULT_LIMITS,
  )
  if (read.kind !== 'ok') throw new Error(read.kind)
  const tape = new LogTape()
  indexLogs(tape, read.bytes, DEFAULT_LIMITS, 1_700_000_000_000)
  new Redactor(ON).redact(tape)
  expect(tape.buffer.toString('latin1')).not.toContain('hunter2')
  expect(tape.buffer.toString('latin1')).toContain('login with password=')
})
