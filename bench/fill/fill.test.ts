/** Filled rows must be what the stack itself would have written for the filled spans. */
import { type ClickHouseClient, readTraceSpans } from '@runlens/clickhouse'
import { settle } from '@runlens/mapping'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { TestClickHouse } from '../../test/kit/clickhouse.ts'
import { rowsOf, startDatabase } from '../../test/kit/stack-db.ts'
import { LONG_EVERY, LONG_STEPS } from './facts-sql.ts'
import { fillStatements } from './tables-sql.ts'

/** Executions around one with many steps, none of them among the last, which have not ended. */
const FIRST = LONG_EVERY - 60
const COUNT = 120
const TIMELINE = { fromNs: BigInt(Date.UTC(2026, 10, 1)) * 1_000_000n, stepNs: 100_000_000n, executions: 10_000 }

let clickhouse: TestClickHouse
let client: ClickHouseClient

beforeAll(async () => {
  clickhouse = await startDatabase()
  client = clickhouse.client
  for (const { sql } of fillStatements(TIMELINE, FIRST, COUNT)) await client.command({ query: sql })
})
afterAll(() => clickhouse.stop())

interface FilledRow {
  execution_id: string
  instance: string
  kind: string
  status: string
  workflow_id: string
  user_id: string
  step_count: number
  failed_steps: number
  failed_step: string
  error_type: string
  started: string
  ended: string
  trace: string
}

describe('a filled database', () => {
  it('holds executions as settling its spans gives them', async () => {
    const filled = await rowsOf<FilledRow>(
      client,
      `SELECT execution_id, instance, kind, status, workflow_id, user_id, step_count, failed_steps, failed_step, error_type,
  toString(toUnixTimestamp64Nano(started_at)) AS started, toString(toUnixTimestamp64Nano(ended_at)) AS ended,
  lower(hex(trace_id)) AS trace
FROM executions FINAL ORDER BY execution_id`,
    )
    expect(filled).toHaveLength(COUNT)
    expect(filled.filter(({ step_count }) => step_count === LONG_STEPS)).toHaveLength(1)
    expect(filled.filter(({ status }) => status === 'error').length).toBeGreaterThan(0)
    const traceIds = filled.map(({ trace }) => trace)
    const { spans } = await readTraceSpans(client, {
      tenant: 'default',
      traceIds,
      payloadBytesMax: 1000,
      spansMax: 1000,
    })
    const settled = settle(spans, { now_ms: Date.UTC(2026, 11, 1), candidate_timeout_ms: 0, payload_bytes_max: 1000 })
    const byId = settled.executions
      .map((one) => ({
        execution_id: one.execution_id,
        instance: one.instance,
        kind: one.kind,
        status: one.status,
        workflow_id: one.workflow_id,
        user_id: one.user_id,
        step_count: one.step_count,
        failed_steps: one.failed_steps,
        failed_step: one.failed_step,
        error_type: one.error_type,
        started: String(one.started_at),
        ended: String(one.ended_at),
        trace: one.trace_id,
      }))
      .sort((a, b) => (a.execution_id < b.execution_id ? -1 : 1))
    expect(filled).toEqual(byId)
  })

  it('has a place for every execution in the locator and by its trace', async () => {
    const [places] = await rowsOf<{ located: string; traced: string }>(
      client,
      `SELECT
  (SELECT count() FROM execution_locator WHERE (execution_id, instance, anchor_at) IN (SELECT execution_id, instance, anchor_at FROM executions)) AS located,
  (SELECT count() FROM trace_executions WHERE (trace_id, execution_id) IN (SELECT trace_id, execution_id FROM executions)) AS traced`,
    )
    expect(places).toEqual({ located: String(COUNT), traced: String(COUNT) })
  })
})
