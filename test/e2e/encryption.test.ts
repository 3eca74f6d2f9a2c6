/** Texts that are encrypted are read in answers and nowhere else: in no file, in no table, in no log; old and new keys open them, a missing one fails nothing. */
import { randomBytes } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Stack, startStack } from '../kit/stack.ts'
import { eventually, exportRequest, idOf, type OtlpSpan, text } from '../kit/traces.ts'

const CANARY = 'zk9q-CANARY'
/** Longer than what settling keeps of an input. */
const LONG = `${CANARY} long ${'lorem ipsum '.repeat(3_000)}`
const QUERY = `SELECT * FROM orders WHERE customer = '${CANARY}' -- ${'x'.repeat(1_500)}`
const ENVIRONMENT = { OLD_TEXT_KEY: randomBytes(32).toString('base64'), NEW_TEXT_KEY: randomBytes(32).toString('hex') }
const OLD = { id: 'old', secret_env: 'OLD_TEXT_KEY' }
const NEW = { id: 'new', secret_env: 'NEW_TEXT_KEY' }

const directory = mkdtempSync(join(tmpdir(), 'runlens-encryption-'))
let stack: Stack
beforeAll(async () => {
  stack = await startStack({ env: environment([OLD]) })
})
afterAll(async () => {
  await stack?.stop()
  rmSync(directory, { recursive: true, force: true })
})

function environment(keys: readonly object[]): Record<string, string> {
  const path = join(directory, 'runlens.yaml')
  writeFileSync(path, JSON.stringify({ encryption: { keys, attributes: ['default', 'acme.note'] } }))
  return { RUNLENS_CONFIG: path, ...ENVIRONMENT }
}

async function restart(keys: readonly object[]): Promise<void> {
  const { dataDir } = stack
  await stack.stop({ keep: true })
  stack = await startStack({ dataDir, env: environment(keys) })
}

// Tests read what they expect; a wrong shape fails them.
// biome-ignore lint/suspicious/noExplicitAny: the body of any route
async function get(path: string): Promise<any> {
  const answer = await fetch(`${stack.urls.api}/api/v1${path}`)
  expect([path, answer.status]).toEqual([path, 200])
  const body = await answer.text()
  return path.includes('format=') ? body : JSON.parse(body)
}

async function send(method: string, url: string, body: unknown): Promise<unknown> {
  const headers = { 'content-type': 'application/json' }
  const answer = await fetch(url, { method, headers, body: JSON.stringify(body) })
  const told = await answer.text()
  expect([url, answer.status < 300 ? 'ok' : told]).toEqual([url, 'ok'])
  return JSON.parse(told)
}

const nanos = (afterMs: number) => `${BigInt(Date.now() + afterMs) * 1_000_000n}`
const traceOf = (name: string) => idOf(`encryption ${name}`, 16)

function span(run: string, name: string, more: object): OtlpSpan {
  return {
    traceId: traceOf(run),
    spanId: idOf(`encryption ${run} ${name}`, 8),
    name,
    kind: 1,
    startTimeUnixNano: nanos(-100),
    endTimeUnixNano: nanos(-10),
    attributes: [],
    ...more,
  } as OtlpSpan
}

/** A run with a step, an open one, one told of by a partial span, and logs, all of which tell the canary. */
async function sendRun(run: string): Promise<void> {
  const list = { arrayValue: { values: [{ stringValue: CANARY }, { intValue: '7' }] } }
  const root = span(run, 'root', {
    attributes: [
      text('runlens.execution.id', run),
      text('runlens.execution.kind', 'workflow'),
      text('runlens.workflow.id', 'sealed'),
      text('user.id', 'ann'),
      text('acme.note', `note ${CANARY}`),
      text('runlens.execution.input', JSON.stringify({ question: CANARY, password: 'hunter2' })),
      text('runlens.execution.output', LONG),
    ],
  })
  const step = span(run, 'step', {
    parentSpanId: root.spanId,
    attributes: [
      text('runlens.step.name', 'ask'),
      text('db.system.name', 'postgresql'),
      text('db.query.text', QUERY),
      { key: 'input.value', value: list },
    ],
    events: [{ timeUnixNano: nanos(-50), name: 'said', attributes: [text('gen_ai.prompt', CANARY)] }],
  })
  await send('POST', `${stack.urls.otlpHttp}/v1/traces`, exportRequest([root, step]))
  const inner = span(run, 'partial', { parentSpanId: root.spanId, endTimeUnixNano: '0' })
  inner.attributes = [text('runlens.step.name', 'partial'), text('runlens.step.input', CANARY)]
  const record = (eventName: string, body: unknown, attributes: unknown[] = []) => ({
    timeUnixNano: root.startTimeUnixNano,
    traceId: root.traceId,
    spanId: idOf(`encryption ${run} open`, 8),
    eventName,
    body,
    attributes,
  })
  const logRecords = [
    record('', { stringValue: `said ${CANARY}` }),
    record('', { kvlistValue: { values: [{ key: 'said', value: { stringValue: CANARY } }] } }),
    record('runlens.step.started', undefined, [
      text('runlens.span.parent_id', root.spanId),
      text('runlens.step.name', 'open'),
      text('runlens.step.input', CANARY),
    ]),
    record('', { stringValue: JSON.stringify(exportRequest([inner])) }, [text('partial.event', 'heartbeat')]),
  ]
  await send('POST', `${stack.urls.otlpHttp}/v1/logs`, { resourceLogs: [{ scopeLogs: [{ logRecords }] }] })
  await eventually(async () => expect((await get(`/executions/id/${run}`)).step_count).toBe(3))
}

/** What answers say of a run that was sent so. */
async function expectReadable(run: string): Promise<void> {
  const detail = await get(`/executions/id/${run}`)
  expect(JSON.parse(detail.input)).toEqual({ question: CANARY, password: '*******' })
  expect(detail.attributes['acme.note']).toBe(`note ${CANARY}`)
  expect(detail.output_truncated).toBe(true)
  expect(detail.output.length).toBeGreaterThan(8_000)
  expect(LONG.startsWith(detail.output.slice(0, -1))).toBe(true)
  const listed = (await get('/executions')).executions.find((one: { execution_id: string }) => one.execution_id === run)
  expect(listed.input_preview).toContain(CANARY)
  expect(listed.output_preview).toBe(LONG.slice(0, 200))
  expect(JSON.stringify(await get(`/executions/id/${run}/tree?spans=all`))).toContain(`"${CANARY}`)
  const spans = JSON.stringify(await get(`/executions/id/${run}/spans`))
  expect(spans).toContain(JSON.stringify(LONG))
  expect(spans).toContain(JSON.stringify(QUERY))
  const trace = JSON.stringify(await get(`/traces/${traceOf(run)}`))
  expect(trace).toContain(JSON.stringify(LONG))
  expect(trace).toContain(JSON.stringify(`["${CANARY}",7]`))
  expect(trace).toContain(`{"key":"gen_ai.prompt","value":{"stringValue":"${CANARY}"}}`)
  const logs = (await get(`/executions/id/${run}/logs`)).logs.map(({ body }: { body: unknown }) => body)
  expect(logs).toEqual(expect.arrayContaining([`said ${CANARY}`, `{"said":"${CANARY}"}`]))
  const queries = JSON.stringify(await get('/executions/ann'))
  expect(queries).toContain(QUERY.slice(0, 400))
  expect(queries).not.toContain('enc:v1:')
  for (const format of ['csv', 'json', 'jsonl']) {
    const exported = await get(`/executions/export?format=${format}`)
    expect(exported).toContain(CANARY)
    expect(exported).not.toContain('enc:v1:')
  }
}

const runs = () => `${stack.urls.api}/api/v1/workflows/executions`
/** Of a run that is told of through the API. */
let toldId = ''

describe('with a key', () => {
  it('answers tell texts as they were sent, after masking', async () => {
    await sendRun('first')
    await expectReadable('first')
  })

  it('runs that are told of through the API are read back as they were written', async () => {
    const made = (await send('POST', runs(), { workflow_id: 'w', inputs: { a: CANARY } })) as { execution_id: string }
    toldId = made.execution_id
    const logs = [{ said: CANARY }, 'done']
    const patch = { status: 'completed', result: { answer: CANARY }, logs }
    const told = await send('PATCH', `${runs()}/${toldId}`, patch)
    expect(told).toMatchObject({ inputs: { a: CANARY }, result: { answer: CANARY }, logs })
  })

  it('they are in no column of any table', async () => {
    const tables = await stack.query(
      "SELECT name FROM system.tables WHERE database = currentDatabase() AND engine LIKE '%MergeTree'",
    )
    const counted = async (word: string) => {
      const counts: [string, number][] = []
      for (const { name } of tables) {
        const [row] = await stack.query(
          `SELECT countIf(position(toString(tuple(* EXCEPT(${await states(String(name))}))), '${word}') > 0) AS n FROM ${name}`,
        )
        if (Number(row!.n) > 0) counts.push([String(name), Number(row!.n)])
      }
      return counts
    }
    expect(await counted(CANARY)).toEqual([])
    const sealed = (await counted('enc:v1:old:')).map(([name]) => name)
    expect(sealed).toEqual(expect.arrayContaining(['spans', 'executions', 'logs', 'markers', 'arrivals']))
  })

  it('they are in no file, not even in the log of the processes', () => {
    const files = filesOf(stack.dataDir)
    const isInSpool = (path: string) => path.includes('spool') && readFileSync(path).includes('enc:v1:old:')
    expect(files.some(isInSpool)).toBe(true)
    for (const path of files) expect([path, readFileSync(path).includes(CANARY)]).toEqual([path, false])
    expect(stack.logs()).not.toContain(CANARY)
  })

  it('the log and the metrics say so, and never the key', async () => {
    expect(stack.logs()).toContain('"key":"old"')
    expect(stack.logs()).not.toContain(ENVIRONMENT.OLD_TEXT_KEY)
    const figures = await (await fetch(`${stack.urls.otlpHttp}/metrics`)).text()
    expect(Number(/^runlens_encrypted_values_total (\d+)$/m.exec(figures)?.[1])).toBeGreaterThan(10)
  })
})

describe('after a new key was put first', () => {
  it('old and new texts are read', async () => {
    await restart([NEW, OLD])
    await sendRun('second')
    await expectReadable('first')
    await expectReadable('second')
    const rows = await stack.query("SELECT execution_id, input FROM executions FINAL WHERE workflow_id = 'sealed'")
    const keys = rows.map(({ execution_id, input }) => [execution_id, String(input).split(':')[2]]).sort()
    expect(keys).toEqual([
      ['first', 'old'],
      ['second', 'new'],
    ])
  })
})

describe('without keys', () => {
  it('answers have placeholders, and none fails', async () => {
    await restart([])
    const placeholder = '[encrypted with key "old", which this server does not have]'
    const detail = await get('/executions/id/first')
    expect(detail).toMatchObject({ status: 'success', input: placeholder, output: placeholder })
    expect(detail.attributes['acme.note']).toBe(placeholder)
    const paths = [
      '/executions',
      '/executions?q=SELECT',
      '/executions/id/first/tree?spans=all',
      '/executions/id/first/spans',
      '/executions/id/first/logs',
      `/traces/${traceOf('first')}`,
      '/executions/ann',
      '/monitoring/logs',
      '/monitoring/logs/first',
      '/executions/export?format=json',
    ]
    for (const path of paths) {
      const body = JSON.stringify(await get(path))
      expect([path, body.includes(CANARY), body.includes('enc:v1:')]).toEqual([path, false, false])
    }
  })

  it('a run that is told more of keeps what can not be read', async () => {
    const told = await send('PATCH', `${runs()}/${toldId}`, { visual_events_captured: 3 })
    expect(told).toMatchObject({ visual_events_captured: 3, inputs: expect.stringMatching(/^\[encrypted with key/) })
    const [row] = await stack.query(`SELECT input, output FROM executions FINAL WHERE execution_id = '${toldId}'`)
    expect(row).toEqual({ input: expect.stringMatching(/^enc:v1:old:/), output: expect.stringMatching(/^enc:v1:old:/) })
  })
})

/** Columns that have no text, which can't be shown. */
async function states(table: string): Promise<string> {
  const columns = await stack.query(
    `SELECT name FROM system.columns WHERE database = currentDatabase() AND table = '${table}' AND type LIKE 'AggregateFunction%'`,
  )
  return columns.map(({ name }) => `\`${name}\``).join(', ') || '`none of them`'
}

function filesOf(directory: string): string[] {
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .map((name) => join(directory, name))
    .filter((path) => statSync(path, { throwIfNoEntry: false })?.isFile())
}
