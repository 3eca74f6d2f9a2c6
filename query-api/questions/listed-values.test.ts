/** What a list reads from `listed` is what the columns themselves say, of any text, of any figure, and of rows that are older than it. */
import { EXECUTIONS, type ExecutionRow, readMigrations } from '@runlens/clickhouse'
import { STATUSES } from '@runlens/conventions'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { insertExecutions, traceCell } from '../../test/kit/api.ts'
import type { TestClickHouse } from '../../test/kit/clickhouse.ts'
import { effort } from '../../test/kit/effort.ts'
import { startDatabase } from '../../test/kit/stack-db.ts'
import { type ExecutionColumns, executionColumns } from './execution-columns.ts'
import { decodeListed, LISTED_COLUMNS, type Stored } from './listed-values.ts'
import { Parameters } from './question.ts'
import { shownStatus } from './status.ts'

const EXECUTIONS_MAX = effort(300, 5_000)
const NOW_NS = 1_795_000_000_000_000_000n
const silence = { lostBeforeNs: NOW_NS - 86_400_000_000_000n, heartbeatBeforeNs: NOW_NS - 30_000_000_000n }

const text = fc.oneof(
  fc.constant(''),
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.constant('"]\\\n\t\u0000/\u2028😀'),
)
const time = fc.bigInt(NOW_NS - 200_000_000_000_000n, NOW_NS).map(timeText)
const orNull = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: null })
const uint64 = fc.bigInt(0n, 2n ** 64n - 1n).map(String)
const figure = fc.double({ min: 0, noNaN: true, noDefaultInfinity: true })
const NAMES = [
  'kind provider workflow_id workflow_name workflow_version mode environment service user_id conversation_id database_type query',
  'error_type error_class error_message error_fingerprint response_status_code failed_step parent_execution_id retry_of input output',
].flatMap((names) => names.split(' '))

const anyExecution = fc.record({
  ...Object.fromEntries(NAMES.map((name) => [name, text])),
  status: fc.constantFrom(...STATUSES),
  started_at: time,
  ended_at: orNull(time),
  last_seen_at: orNull(time),
  heartbeat_at: orNull(time.map((at) => at.slice(0, -6))),
  expected_end_at: orNull(time),
  duration_ms: orNull(figure),
  queue_ms: orNull(figure),
  progress: orNull(fc.float({ min: 0, max: 1, noNaN: true })),
  rows_total: orNull(uint64),
  rows_returned: orNull(uint64),
  step_count: fc.nat(2 ** 32 - 1),
  failed_steps: fc.nat(2 ** 32 - 1),
  attempt: fc.nat(2 ** 16 - 1),
})

let clickhouse: TestClickHouse
beforeAll(async () => {
  clickhouse = await startDatabase()
})
afterAll(() => clickhouse?.stop())

/** As ClickHouse reads a DateTime64(9). */
function timeText(ns: bigint): string {
  const ms = new Date(Number(ns / 1_000_000n)).toISOString().replace('T', ' ').slice(0, -1)
  return ms + String(ns % 1_000_000n).padStart(6, '0')
}

/** Mostly start and end tell the duration, to the nanosecond. */
function withTold<Drawn extends { started_at: string; ended_at?: string | null }>(row: Drawn, n: number): Drawn {
  if (n % 3 === 0 || !row.ended_at) return row
  return { ...row, duration_ms: Number(nanosecondsOf(row.ended_at) - nanosecondsOf(row.started_at)) / 1e6 }
}

function nanosecondsOf(time: string): bigint {
  const [seconds, fraction] = time.split('.') as [string, string]
  return BigInt(Date.parse(`${seconds.replace(' ', 'T')}Z`)) * 1_000_000n + BigInt(fraction)
}

async function insert(prefix: string, count: number): Promise<void> {
  const drawn = fc.sample(anyExecution, { numRuns: count }) as (Partial<ExecutionRow> & { started_at: string })[]
  const rows = drawn.map(withTold).map(({ last_seen_at, ...row }, n) => ({
    ...row,
    execution_id: `${prefix}-${n}`,
    trace_id: traceCell(n),
    // Mostly its end, as far as it has one.
    ...(last_seen_at === null ? {} : { last_seen_at: n % 3 === 0 ? last_seen_at! : (row.ended_at ?? last_seen_at!) }),
  }))
  await insertExecutions(clickhouse.client, rows)
}

async function select<Row extends { execution_id: string }>(columns: readonly string[], parameters: Parameters) {
  const { client } = clickhouse
  const query = `SELECT ${columns.join(', ')} FROM ${EXECUTIONS.name} FINAL`
  const result = await client.query({ query, query_params: parameters.values, format: 'JSONEachRow' })
  return new Map((await result.json<Row>()).map((row) => [row.execution_id, row]))
}

/** A 64-bit figure is a number in the columns. */
function comparable(row: ExecutionColumns): ExecutionColumns {
  const figure = (value: string | number | null) => (value === null ? null : Number(value))
  return { ...row, rows_total: figure(row.rows_total), rows_returned: figure(row.rows_returned) }
}

async function compare(): Promise<number> {
  const parameters = new Parameters()
  const plain = await select<ExecutionColumns>(executionColumns(shownStatus(parameters, silence)), parameters)
  const listed = await select<Stored<ExecutionColumns>>(LISTED_COLUMNS, new Parameters())
  for (const [id, row] of plain) {
    const decoded = decodeListed(listed.get(id)!, silence) as ExecutionColumns & Record<string, unknown>
    const { input_preview, output_preview, heartbeat_ms, status, took_ns, duration_told, ...columns } = decoded
    expect(comparable(columns as ExecutionColumns)).toEqual(comparable(row))
    expect(String(input_preview).length).toBeLessThanOrEqual(800)
    expect(String(output_preview).length).toBeLessThanOrEqual(800)
  }
  return plain.size
}

it('says what the columns say', async () => {
  await insert('new', EXECUTIONS_MAX)
  expect(await compare()).toBe(EXECUTIONS_MAX)
  const statuses = await select<{ execution_id: string; status: string }>(['execution_id', 'status'], new Parameters())
  expect(new Set([...statuses.values()].map(({ status }) => status)).size).toBe(STATUSES.length)
})

it('says it of rows that were stored before there was such a column', async () => {
  const { client } = clickhouse
  await client.command({ query: `ALTER TABLE ${EXECUTIONS.name} DROP COLUMN listed` })
  await insert('old', 50)
  const told = readMigrations().filter(({ name }) => name.includes('executions_listed'))
  expect(told).toHaveLength(4)
  for (const { sql, name } of told) {
    await client.command({ query: sql })
    // What is stored by now holds less.
    if (name === 'alter_executions_listed_table')
      await client.command({ query: `OPTIMIZE TABLE ${EXECUTIONS.name} FINAL` })
  }
  expect(await compare()).toBe(EXECUTIONS_MAX + 50)
})
