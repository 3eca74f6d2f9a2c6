/** ClickHouse away for a while: the collector goes on acknowledging into the spool, then everything arrives, once. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startClickHouse, type TestClickHouse } from '../kit/clickhouse.ts'
import { expectBalance, printBalance, spansInSpool } from '../kit/invariant.ts'
import { logsExport, markerOf, postJson } from '../kit/logs.ts'
import { type Stack, startStack } from '../kit/stack.ts'
import { eventually, exportRequest, nativeRun } from '../kit/traces.ts'

const RUNS = 40
const STEPS = 3
/** Spans, and the log record that tells of the start. */
const EACH = STEPS + 1 + 1

let clickhouse: TestClickHouse
let stack: Stack
beforeAll(async () => {
  clickhouse = await startClickHouse()
  stack = await startStack({ env: { RUNLENS_CLICKHOUSE_URL: clickhouse.url } })
})
afterAll(async () => {
  await stack?.stop()
  await clickhouse?.stop()
})

async function send(from: number, to: number): Promise<number[]> {
  const statuses: number[] = []
  for (let i = from; i < to; i++) {
    const { spans } = nativeRun(`down-${i}`, Date.now() - 60_000, STEPS)
    const told = logsExport([markerOf('runlens.execution.started', spans.at(-1)!, Date.now() - 60_000)])
    statuses.push(await postJson(stack.urls.otlpHttp, '/v1/logs', told))
    statuses.push(await postJson(stack.urls.otlpHttp, '/v1/traces', exportRequest(spans)))
  }
  return statuses
}

const total = async (): Promise<number> => {
  const answer = await fetch(`${stack.urls.api}/api/v1/executions?limit=1`)
  expect(answer.status).toBe(200)
  return ((await answer.json()) as { total: number }).total
}

it('acknowledges while ClickHouse is down, says so in its API, and delivers everything once it is back', async () => {
  expect(new Set(await send(0, 10))).toEqual(new Set([200]))
  await eventually(async () => expect(await total()).toBe(10))
  // What is visible may not be noted as delivered yet.
  await eventually(async () => expect(await spansInSpool(stack.dataDir)).toBe(0))

  await clickhouse.kill()
  expect(new Set(await send(10, RUNS))).toEqual(new Set([200]))
  const whileDown = await fetch(`${stack.urls.api}/api/v1/executions?limit=2`)
  expect(whileDown.status).toBe(503)
  expect(whileDown.headers.get('content-type')).toContain('application/problem+json')
  expect(Number(whileDown.headers.get('retry-after'))).toBeGreaterThan(0)
  expect((await fetch(`${stack.urls.api}/healthz`)).status).toBe(200)
  // An answer of before holds for a second.
  await eventually(async () => expect((await fetch(`${stack.urls.api}/readyz`)).status).toBe(503))

  const spool = await spansInSpool(stack.dataDir)
  expect(spool).toBe((RUNS - 10) * EACH)
  const accepted = RUNS * EACH
  printBalance('ClickHouse down', { accepted, stored: 10 * EACH, spool, deadLetter: 0 })

  await clickhouse.restart()
  await eventually(async () => expect(await total()).toBe(RUNS), 90_000)
  const [row] = await stack.query('SELECT count() AS spans, uniqExact(trace_id, span_id) AS distinct FROM spans')
  expect(Number(row?.spans)).toBe(RUNS * (STEPS + 1))
  expect(Number(row?.distinct)).toBe(RUNS * (STEPS + 1))
  const { dataDir } = stack
  const { client } = clickhouse
  await expectBalance({ fault: 'back', dataDir, client, accepted, stored: accepted, spool: 0, deadLetter: 0 })
  await eventually(async () => expect((await fetch(`${stack.urls.api}/readyz`)).status).toBe(200))
})
