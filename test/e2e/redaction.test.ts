/** Secrets that senders let slip are nowhere: in no file, in no table, in no answer. */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Stack, startStack } from '../kit/stack.ts'
import { eventually, exportRequest, idOf, type OtlpSpan, text } from '../kit/traces.ts'

const CANARY = 'zk9q-CANARY'
const traceId = idOf('redaction', 16)
const url = `postgres://app:${CANARY}@db:5432/shop`

let stack: Stack
beforeAll(async () => {
  stack = await startStack()
})
afterAll(() => stack?.stop())

function span(name: string, more: Partial<OtlpSpan>): OtlpSpan {
  const ms = (after: number) => `${BigInt(Date.now() + after) * 1_000_000n}`
  return {
    traceId,
    spanId: idOf(`redaction ${name}`, 8),
    name,
    kind: 1,
    startTimeUnixNano: ms(-100),
    endTimeUnixNano: ms(-10),
    attributes: [],
    ...more,
  }
}

const root = span('leak', {
  attributes: [
    text('runlens.execution.id', 'leaky'),
    text('runlens.execution.kind', 'workflow'),
    text('runlens.workflow.id', 'leak'),
    text('runlens.execution.input', JSON.stringify({ user: 'ann', password: CANARY, url })),
    text('runlens.execution.output', `{"headers":{"authorization":"Bearer ${CANARY}"}}`),
    text('db.password', CANARY),
    text('http.request.header.cookie', `sid=${CANARY}`),
    text('process.command_line', `run --client-secret=${CANARY} --verbose`),
  ],
})
const failed = span(`connect ${url}`, {
  parentSpanId: root.spanId,
  status: { code: 2, message: `can't reach ${url}` },
  attributes: [text('runlens.step.name', 'connect'), text('db.query.text', `ALTER ROLE x PASSWORD '${CANARY}'`)],
  events: [
    {
      timeUnixNano: root.startTimeUnixNano,
      name: 'exception',
      attributes: [
        text('exception.type', 'ConnectionError'),
        text('exception.message', `refused: ${url}`),
        text('exception.stacktrace', `ConnectionError: refused: ${url}\n    at connect (db.js:1)`),
      ],
    },
  ],
} as Partial<OtlpSpan>)

it('is masked before the spool, and what stands around it is kept', async () => {
  await post('traces', exportRequest([root, failed]))
  const record = (eventName: string, body: unknown, attributes: unknown[] = []) => ({
    timeUnixNano: root.startTimeUnixNano,
    traceId,
    spanId: idOf(`redaction open ${eventName}`, 8),
    eventName,
    body,
    attributes,
  })
  await post('logs', {
    resourceLogs: [
      {
        resource: { attributes: [text('service.name', 'leaky'), text('service.api_key', CANARY)] },
        scopeLogs: [
          {
            logRecords: [
              record('', { stringValue: `login with password=${CANARY}` }),
              record('', { kvlistValue: { values: [{ key: 'token', value: { stringValue: CANARY } }] } }),
              // Becomes a marker.
              record('runlens.step.started', undefined, [
                text('runlens.step.name', 'open'),
                text('runlens.step.input', `{"pwd":"${CANARY}"}`),
              ]),
            ],
          },
        ],
      },
    ],
  })
  const found = await eventually(async () => {
    const answer = await fetch(`${stack.urls.api}/api/v1/executions/id/leaky`)
    expect(answer.status).toBe(200)
    return (await answer.json()) as Record<string, string>
  })
  expect(JSON.parse(found.input!)).toEqual({
    user: 'ann',
    password: '*'.repeat(CANARY.length),
    url: url.replace(CANARY, '*'.repeat(CANARY.length)),
  })
  expect(found.error_message).toContain('refused: postgres://app:*')
  await eventually(async () => expect(await count('logs')).toBe(3))
})

it('is in no answer', async () => {
  const paths = [
    '/executions',
    '/executions/id/leaky',
    '/executions/id/leaky/tree?spans=all',
    '/executions/id/leaky/logs',
    `/traces/${traceId}`,
    '/monitoring/logs',
    '/monitoring/logs/leaky',
    '/observability/workflows',
  ]
  for (const path of paths) {
    const answer = await fetch(`${stack.urls.api}/api/v1${path}`)
    expect([path, answer.status]).toEqual([path, 200])
    expect([path, (await answer.text()).includes(CANARY)]).toEqual([path, false])
  }
})

it('is in no column of any table', async () => {
  const tables = await stack.query(
    "SELECT name FROM system.tables WHERE database = currentDatabase() AND engine LIKE '%MergeTree'",
  )
  expect(tables.length).toBeGreaterThan(15)
  for (const { name } of tables) {
    const [row] = await stack.query(
      `SELECT countIf(position(toString(tuple(* EXCEPT(${await states(String(name))}))), '${CANARY}') > 0) AS n FROM ${name}`,
    )
    expect([name, Number(row!.n)]).toEqual([name, 0])
  }
})

it('is in no file, not even in the log of the processes', async () => {
  const files = filesOf(stack.dataDir)
  expect(files.some((path) => path.includes('spool'))).toBe(true)
  for (const path of files) expect([path, readFileSync(path).includes(CANARY)]).toEqual([path, false])
  expect(stack.logs()).not.toContain(CANARY)
})

it('is counted', async () => {
  const figures = await (await fetch(`${stack.urls.otlpHttp}/metrics`)).text()
  expect(Number(/^runlens_redacted_values_total (\d+)$/m.exec(figures)?.[1])).toBeGreaterThan(12)
})

/** Columns that have no text, which can't be shown. */
async function states(table: string): Promise<string> {
  const columns = await stack.query(
    `SELECT name FROM system.columns WHERE database = currentDatabase() AND table = '${table}' AND type LIKE 'AggregateFunction%'`,
  )
  return columns.map(({ name }) => `\`${name}\``).join(', ') || '`none of them`'
}

async function count(table: string): Promise<number> {
  const [row] = await stack.query(`SELECT count() AS n FROM ${table}`)
  return Number(row!.n)
}

function filesOf(directory: string): string[] {
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .map((name) => join(directory, name))
    .filter((path) => statSync(path, { throwIfNoEntry: false })?.isFile())
}

async function post(signal: string, body: unknown): Promise<void> {
  const response = await fetch(`${stack.urls.otlpHttp}/v1/${signal}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  expect(response.status).toBe(200)
}
