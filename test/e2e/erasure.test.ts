/** A user asks for erasure while telemetry comes in through the collector: nothing is left in any table, and what comes later goes, too. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Stack, startStack } from '../kit/stack.ts'
import { eventually, exportRequest, idOf, type OtlpSpan, text } from '../kit/traces.ts'

const CANARY = 'zk9q-CANARY'
let stack: Stack
beforeAll(async () => {
  stack = await startStack()
})
afterAll(() => stack?.stop())

function span(trace: string, name: string, attributes: OtlpSpan['attributes'], parent?: string): OtlpSpan {
  const ms = (after: number) => `${BigInt(Date.now() + after) * 1_000_000n}`
  return {
    traceId: idOf(trace, 16),
    spanId: idOf(`${trace} ${name}`, 8),
    ...(parent === undefined ? {} : { parentSpanId: idOf(`${trace} ${parent}`, 8) }),
    name,
    kind: 1,
    startTimeUnixNano: ms(-100),
    endTimeUnixNano: ms(-10),
    attributes,
  } as OtlpSpan
}

/** A workflow with a step, the query of which names its user. */
function run(id: string, user: string): OtlpSpan[] {
  return [
    span(id, 'entry', [
      text('runlens.execution.id', id),
      text('runlens.execution.kind', 'workflow'),
      text('runlens.workflow.id', 'orders'),
      text('runlens.execution.input', `{"for":"${user}"}`),
      text('user.id', user),
    ]),
    span(id, 'query', [text('db.system.name', 'mysql'), text('db.query.text', `SELECT '${user}'`)], 'entry'),
  ]
}

async function post(signal: string, body: unknown): Promise<void> {
  const response = await fetch(`${stack.urls.otlpHttp}/v1/${signal}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  expect(response.status).toBe(200)
}

// biome-ignore lint/suspicious/noExplicitAny: the body of any route
const get = async (path: string): Promise<any> => (await fetch(`${stack.urls.api}/api/v1${path}`)).json()

/** Tables in which the canary is. */
async function found(): Promise<string[]> {
  const tables = await stack.query(
    `SELECT table AS name, groupArrayIf(columns.name, type LIKE 'AggregateFunction%') AS states
FROM system.columns WHERE database = currentDatabase() AND table IN
  (SELECT name FROM system.tables WHERE database = currentDatabase() AND engine LIKE '%MergeTree') GROUP BY table`,
  )
  expect(tables.length).toBeGreaterThan(15)
  const names: string[] = []
  for (const { name, states } of tables as { name: string; states: string[] }[]) {
    const except = states.map((column) => `\`${column}\``).join(', ') || '`none of them`'
    const [row] = await stack.query(
      `SELECT count() AS n FROM ${name} WHERE position(toString(tuple(* EXCEPT(${except}))), '${CANARY}') > 0`,
    )
    if (Number(row!.n) > 0) names.push(name)
  }
  return names.sort()
}

it('takes a user out of everything that was stored, and out of what was on its way', async () => {
  const log = (body: string, more: object) => ({
    body: { stringValue: body },
    timeUnixNano: `${Date.now()}000000`,
    ...more,
  })
  await post('traces', exportRequest([...run('of the user', CANARY), ...run('of bob', 'bob')]))
  await post('logs', {
    resourceLogs: [
      {
        resource: { attributes: [text('service.name', 'orders')] },
        scopeLogs: [
          {
            logRecords: [
              log(`in the trace: ${CANARY}`, { traceId: idOf('of the user', 16) }),
              log(`beside: ${CANARY}`, { attributes: [text('user.id', CANARY)] }),
              log('of bob', { attributes: [text('user.id', 'bob')] }),
            ],
          },
        ],
      },
    ],
  })
  await eventually(async () => {
    expect((await get('/executions')).total).toBe(2)
    expect(await stack.query('SELECT toUInt32(count()) AS n FROM logs')).toEqual([{ n: 3 }])
  })
  expect(await found()).toContain('spans')
  const answer = await fetch(`${stack.urls.api}/api/v1/users/${CANARY}/data`, { method: 'DELETE' })
  expect(answer.status).toBe(202)
  const { erasure_id } = (await answer.json()) as { erasure_id: string }
  await post('traces', exportRequest(run('from a spool', CANARY)))
  await eventually(async () => {
    // Both spans of each of the two executions.
    expect(await get(`/erasures/${erasure_id}`)).toMatchObject({ state: 'done', rows: { spans: 4 } })
    expect(await found()).toEqual([])
    expect((await get('/executions')).executions.map((one: { user_id: string }) => one.user_id)).toEqual(['bob'])
  }, 60_000)
  expect(await stack.query('SELECT body FROM logs')).toEqual([{ body: 'of bob' }])
  expect(stack.logs()).not.toContain(CANARY)
})
