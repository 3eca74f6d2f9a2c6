/** The embedded engine has no users, so here is checked what it can: that it reads every statement, and that no table is forgotten. */
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startClickHouse, type TestClickHouse } from '../../test/kit/clickhouse.ts'
import * as tables from '../tables/index.ts'

const SQL = readFileSync(new URL('tenants.sql', import.meta.url), 'utf8')
const STATEMENTS = SQL.replace(/^--.*$/gm, '')
  .split(';')
  .map((statement) => statement.trim())
  .filter((statement) => statement !== '')

let db: TestClickHouse
beforeAll(async () => {
  db = await startClickHouse()
})
afterAll(() => db?.stop())

it('is SQL that ClickHouse reads', async () => {
  for (const statement of STATEMENTS) {
    const answer = await db.client.query({ query: `EXPLAIN AST ${statement}`, format: 'TabSeparated' })
    expect([statement, (await answer.text()) !== '']).toEqual([statement, true])
  }
  const wrong = db.client.query({ query: 'EXPLAIN AST CREATE ROW POLICY x ON', format: 'TabSeparated' })
  await expect(wrong).rejects.toThrow(/Syntax error/)
})

it('holds every table of telemetry to the tenant, and takes all others away', () => {
  const declared = Object.values(tables).filter(
    (value): value is Extract<typeof value, { columns: object }> => typeof value === 'object' && 'columns' in value,
  ) as tables.Table[]
  const policy = STATEMENTS.find((statement) => statement.includes("tenant = 'acme'"))!
  const held = [...policy.matchAll(/runlens\.(\w+)/g)].map(([, name]) => name)
  const revoked = [...SQL.matchAll(/REVOKE SELECT ON runlens\.(\w+)/g)].map(([, name]) => name)
  expect([...held, ...revoked].sort()).toEqual(declared.map(({ name }) => name).sort())
  expect(declared.filter(({ name, columns }) => held.includes(name) && !('tenant' in columns))).toEqual([])
})
