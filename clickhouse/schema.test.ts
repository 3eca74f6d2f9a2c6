/** After a new migration: `npx vitest run clickhouse/schema.test.ts -u` draws schema.sql anew. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { TestClickHouse } from '../test/kit/clickhouse.ts'
import { startDatabase } from '../test/kit/stack-db.ts'
import { arrivalColumns } from './arrival-columns.ts'
import { executionTerms } from './execution-terms.ts'
import { readMigrations } from './migrate.ts'
import { durationBucketSql, EXECUTION_SCALE, QUANTILE_LEVELS, STEP_SCALE } from './quantiles.ts'
import * as tables from './tables/index.ts'

let clickhouse: TestClickHouse
beforeAll(async () => {
  clickhouse = await startDatabase()
})
afterAll(() => clickhouse?.stop())

const declared = Object.values(tables).filter(
  (value): value is Extract<typeof value, { columns: object }> => typeof value === 'object' && 'columns' in value,
) as tables.Table[]

async function rows<T>(query: string): Promise<T[]> {
  const result = await clickhouse.client.query({ query, format: 'JSONEachRow' })
  return result.json<T>()
}

/** Tuples are described over several lines. */
function inOneLine(type: string): string {
  return type.replaceAll(/(?<=\()\n *|\n *(?=\))/g, '').replaceAll(/\n */g, ' ')
}

it('is drawn in schema.sql', async () => {
  const objects = await rows<{ name: string; database: string; create_table_query: string }>(
    `SELECT name, database, create_table_query FROM system.tables WHERE database = currentDatabase() ORDER BY name`,
  )
  const parts: string[] = []
  for (const { name, database } of objects) {
    const [shown] = await rows<{ statement: string }>(`SHOW CREATE TABLE \`${name}\``)
    parts.push(shown!.statement.replaceAll(`${database}.`, ''))
  }
  const picture = `-- Drawn from a freshly migrated database by schema.test.ts; migrations/ is what counts.\n\n${parts.join(';\n\n')};\n`
  await expect(picture).toMatchFileSnapshot('schema.sql')
})

it('has the columns that tables/ declares, and no others', async () => {
  for (const { name, columns } of declared) {
    const described = (
      await rows<{ name: string; type: string; default_type: string }>(`DESCRIBE TABLE \`${name}\``)
    ).filter((column) => !['ALIAS', 'MATERIALIZED'].includes(column.default_type))
    expect({ [name]: Object.fromEntries(described.map((column) => [column.name, inOneLine(column.type)])) }).toEqual({
      [name]: columns,
    })
    expect(described.map((column) => column.name)).toEqual(Object.keys(columns))
  }
})

it('shows every field of a span in v_spans, as tables/ says', async () => {
  const described = await rows<{ name: string; type: string }>('DESCRIBE TABLE v_spans')
  const stored = Object.entries(tables.SPANS.columns).filter(([name]) => !/_json$|^attribute_values$/.test(name))
  const fields = Object.entries(tables.SPAN_FIELDS).map(([name, { type }]) => [name, type])
  expect(described.map(({ name, type }) => [name, type])).toEqual([...stored, ...fields])
  const { sql } = readMigrations().find((one) => one.name === 'create_spans_view')!
  for (const column of tables.fieldColumns(Object.keys(tables.SPAN_FIELDS))) expect(sql).toContain(`${column}`)
})

it('shows every field of a data point in v_metric_points, as tables/ says', async () => {
  const described = await rows<{ name: string; type: string }>('DESCRIBE TABLE v_metric_points')
  const stored = Object.entries(tables.METRIC_POINTS.columns).filter(([name]) => !name.endsWith('_json'))
  const fields = Object.entries(tables.METRIC_FIELDS).map(([name, { type }]) => [name, type])
  expect(described.map(({ name, type }) => [name, type])).toEqual([...stored, ...fields])
  const { sql } = readMigrations().find((one) => one.name === 'create_metric_points_view')!
  for (const name of Object.keys(tables.METRIC_FIELDS)) expect(sql).toContain(tables.metricField(name))
})

it('reads every field of the documents of logs as tables/ says', async () => {
  const described = await rows<{ name: string; type: string; default_type: string }>('DESCRIBE TABLE logs')
  const aliases = described.filter((column) => column.default_type === 'ALIAS')
  expect(aliases.map(({ name, type }) => [name, type])).toEqual(
    Object.entries(tables.LOG_ALIASES).map(([name, { type }]) => [name, type]),
  )
  const { sql } = readMigrations().find((one) => one.name === 'create_logs_table')!
  for (const [name, alias] of Object.entries(tables.LOG_ALIASES))
    expect(sql).toContain(`${tables.aliasSql(name, alias)},`)
})

it('keeps of executions what tables/ says', async () => {
  const described = await rows<{ name: string; type: string; default_type: string; default_expression: string }>(
    'DESCRIBE TABLE executions',
  )
  const kept = described.filter((column) => column.default_type === 'MATERIALIZED')
  expect(kept.map(({ name, type, default_expression: sql }) => [name, { type, sql }])).toEqual(
    Object.entries(tables.EXECUTION_MATERIALIZED),
  )
})

it('has a declaration for every table', async () => {
  const names = await rows<{ name: string }>(
    `SELECT name FROM system.tables WHERE database = currentDatabase() AND engine LIKE '%MergeTree' AND name != 'schema_migrations'`,
  )
  expect(names.map(({ name }) => name).sort()).toEqual(declared.map(({ name }) => name).sort())
})

it('remembers insert tokens on spans and on what its views feed', async () => {
  const targets = await rows<{ name: string }>(
    `SELECT name FROM system.tables
     WHERE database = currentDatabase() AND engine LIKE '%MergeTree' AND create_table_query NOT LIKE '%non_replicated_deduplication_window = 10000%'`,
  )
  // Written without tokens: every write to them may be repeated.
  expect(targets.map(({ name }) => name).sort()).toEqual([
    'api_keys',
    'dirty_hours',
    'erased_keys',
    'erasures',
    'error_days',
    'error_hours',
    'error_states',
    'execution_days',
    'execution_hours',
    'execution_hours_total',
    'execution_locator',
    'execution_minutes',
    'execution_patterns',
    'execution_terms',
    'executions',
    'query_hours',
    'retention_rules',
    'retention_runs',
    'saved_views',
    'schema_migrations',
    'step_days',
    'step_hours',
    'sync_jobs',
    'trace_executions',
    'worker_leases',
    'worker_status',
  ])
})

it('computes buckets in the views as quantiles.ts does', () => {
  const sql = (name: string) => readMigrations().find((one) => one.name === name)!.sql
  const levels = QUANTILE_LEVELS.join(', ')
  const steps = sql('create_step_hours_view')
  expect(steps).toContain(durationBucketSql('ifNull(step_ms, 0)', STEP_SCALE))
  expect(steps).toContain(`(${levels})`)
  const executions = sql('create_execution_minutes_view')
  expect(executions).toContain(durationBucketSql('ifNull(duration_ms, 0)', EXECUTION_SCALE))
  expect(executions).toContain(`(${levels})`)
})

it('takes the columns of arrivals as tables/ says', () => {
  for (const view of ['create_arrivals_view', 'create_arrivals_of_markers_view']) {
    const { sql } = readMigrations().find((one) => one.name === view)!
    expect(sql).toContain(arrivalColumns('now64(6)').join(',\n    '))
  }
})

it('writes terms of executions in the view and in the fill as the worker does once more', () => {
  for (const name of ['create_execution_terms_view', 'fill_execution_terms_table']) {
    expect(readMigrations().find((one) => one.name === name)!.sql).toContain(executionTerms())
  }
})
