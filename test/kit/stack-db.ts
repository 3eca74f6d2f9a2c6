/** A migrated database for tests of what happens behind the collector, and spans put into it as the collector does. */
import { rmSync } from 'node:fs'
import {
  type BinaryRow,
  type ClickHouseClient,
  encodeRow,
  insertRows,
  migrate,
  SPAN_FIELDS,
  SPANS,
} from '@runlens/clickhouse'
import type { Role, Status } from '@runlens/conventions'
import { startClickHouse, type TestClickHouse } from './clickhouse.ts'
import { migratedDirectory } from './migrated-directory.ts'

/** A real, migrated ClickHouse. */
export async function startDatabase(): Promise<TestClickHouse> {
  const dataDir = migratedDirectory('runlens-clickhouse-')
  const clickhouse = await startClickHouse({ dataDir })
  await migrate(clickhouse.client)
  const stop = async () => {
    const code = await clickhouse.stop()
    rmSync(dataDir, { recursive: true, force: true, maxRetries: 3 })
    return code
  }
  // Its pid is another one after a restart.
  return Object.create(clickhouse, { stop: { value: stop } }) as TestClickHouse
}

/** What a test says of a span; the rest is empty. Times in milliseconds after {@link spanEpochMs}. */
export interface TestSpan {
  trace_id: string
  span_id: string
  parent_span_id?: string
  name?: string
  /** OTLP SpanKind. */
  kind?: number
  start: number
  /** Absent: not ended. */
  end?: number
  role: Role
  rule?: number
  status?: Status | ''
  status_explicit?: number
  execution_kind?: string
  execution_id?: string
  instance?: string
  workflow_id?: string
  service?: string
  step_name?: string
  step_type?: string
  error_type?: string
  error_message?: string
  attributes?: Record<string, string>
  input_key?: string
  received_at?: number
  tenant?: string
  /** Any other column of `spans`. */
  more?: BinaryRow
}

const ZERO_CELLS: BinaryRow = Object.fromEntries(
  Object.entries(SPANS.columns).map(([name, type]) => [name, zero(type)]),
)

/** A cell of a column that nobody filled. */
export function zero(type: string): BinaryRow[string] {
  if (type.startsWith('Nullable')) return null
  if (type.startsWith('Array')) return []
  if (type.startsWith('Map')) return {}
  if (type.startsWith('DateTime')) return 0n
  if (type === "Enum8('other' = 0, 'marker' = 1, 'step' = 2, 'candidate' = 3, 'entry' = 4)") return 'other'
  return /^(UInt|Float)/.test(type) ? 0 : ''
}

/** The row as the collector would write it. @param spanEpochMs milliseconds since the epoch that `start` and `end` count from */
export function spanRow(span: TestSpan, spanEpochMs: number): Buffer {
  const { start, end, received_at, more, ...columns } = span
  const nanos = (ms: number) => BigInt(Math.round((spanEpochMs + ms) * 1000)) * 1000n
  const row: BinaryRow = {
    ...ZERO_CELLS,
    tenant: 'default',
    service: 'test',
    name: span.step_name ?? span.workflow_id ?? 'span',
    provider: 'runlens',
    environment: 'default',
    step_type: span.role === 'step' ? 'node' : '',
    rule: span.role === 'entry' ? 1 : span.role === 'candidate' ? 3 : 0,
    workflow_name: span.workflow_id ?? '',
    ...columns,
    ...more,
    attribute_types: 's'.repeat(Object.keys(span.attributes ?? {}).length),
    started_at: nanos(start),
    ended_at: end === undefined ? 0n : nanos(end),
    received_at: BigInt(received_at ?? Date.now()),
  }
  return encodeRow(SPANS, withDocuments(row))
}

/** Puts every field into its document, as the collector does. */
export function withDocuments(row: BinaryRow): BinaryRow {
  const { attributes = {}, ...others } = row
  const documents: Record<string, Record<string, unknown>> = {}
  for (const [name, { sql, type }] of Object.entries(SPAN_FIELDS)) {
    const cell = others[name]
    const [, document, key] = /(\w+_json), '([\w.]+)'/.exec(sql)!
    if (cell === undefined || cell === null || cell === '' || cell === 0 || isEmpty(cell)) continue
    const written = type.includes('Nullable(DateTime') ? String(cell) : cell
    documents[document!] = { ...documents[document!], [key!]: written }
  }
  const written = Object.fromEntries(Object.entries(row).filter(([name]) => name in SPANS.columns))
  const keys = Object.keys(attributes as object)
  if (keys.length > 0) {
    documents.labels_json = { ...documents.labels_json, attribute_keys: keys }
    written.attribute_values = toJson(Object.values(attributes as object))
  }
  for (const [name, document] of Object.entries(documents)) written[name] = toJson(document)
  return written
}

function isEmpty(cell: BinaryRow[string]): boolean {
  return typeof cell === 'object' && Object.keys(cell ?? {}).length === 0
}

/** Whole numbers beyond 2^53 stay exact. */
function toJson(value: unknown): string {
  if (typeof value === 'bigint') return String(value)
  if (Array.isArray(value)) return `[${value.map(toJson).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  return `{${Object.entries(value)
    .map(([key, cell]) => `${JSON.stringify(key)}:${toJson(cell)}`)
    .join(',')}}`
}

/** One batch of the collector: one insert under one token. */
export async function insertSpans(
  client: ClickHouseClient,
  spans: readonly TestSpan[],
  options: { spanEpochMs: number; token?: string },
): Promise<void> {
  await insertRows(client, {
    table: SPANS,
    rows: spans.map((span) => spanRow(span, options.spanEpochMs)),
    token: options.token ?? `test-${Math.random()}`,
  })
}

/** Rows of a query, for expectations. */
export async function rowsOf<T>(client: ClickHouseClient, query: string): Promise<T[]> {
  const result = await client.query({ query, format: 'JSONEachRow' })
  return result.json<T>()
}
