/** Filled rows must be what the stack itself would have written for the filled spans. */
import { type ClickHouseClient, EXECUTIONS, insertRows, readTraceSpans } from '@runlens/clickhouse'
import { settle } from '@runlens/mapping'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { TestClickHouse } from '../../test/kit/clickhouse.ts'
import { rowsOf, startDatabase } from '../../test/kit/stack-db.ts'
import { contentOf, rowOf } from '../../worker/settle/execution-row.ts'
import { EXECUTION_COLUMNS, LEFT_OUT } from './executions-sql.ts'
import { RUNNING, STEP_NAMES } from './facts-sql.ts'
import { FIRST_AGENT, fingerprintsOf, LONG_EVERY, LONG_STEPS } from './numbers.ts'
import { fillStatements } from './tables-sql.ts'

/** One with many steps in the middle, and the last, which have not ended. */
const FIRST = LONG_EVERY - 400
const EXECUTIONS_ALL = LONG_EVERY + 400
const COUNT = EXECUTIONS_ALL - FIRST
const TIMELINE = {
  fromNs: BigInt(Date.UTC(2026, 10, 1)) * 1_000_000n,
  stepNs: 1_000_000_000n,
  executions: EXECUTIONS_ALL,
}

/** Of a row, but not of what it is about: another writer has others. */
const OF_THE_VERSION = ['content_hash', 'settled_at', 'version']
const compared = Object.keys(EXECUTIONS.columns).filter((name) => !OF_THE_VERSION.includes(name))

let clickhouse: TestClickHouse
let client: ClickHouseClient

beforeAll(async () => {
  clickhouse = await startDatabase()
  client = clickhouse.client
  for (const { sql } of fillStatements(TIMELINE, FIRST, COUNT)) await client.command({ query: sql })
})
afterAll(() => clickhouse.stop())

const executionsIn = (table: string) =>
  rowsOf<Record<string, unknown>>(
    client,
    `SELECT ${compared.map((name) => (/FixedString\(/.test(EXECUTIONS.columns[name as 'tenant']) ? asHex(name) : `\`${name}\``)).join(', ')}
FROM ${table} FINAL ORDER BY execution_id`,
  )

/** Ids are no text. */
function asHex(name: string): string {
  if (name === 'queries')
    return 'arrayMap(query -> (hex(query.1), tupleElement(query, 2), query.3, query.4, query.5, query.6, query.7, query.8, query.9), queries) AS queries'
  return name.includes('.') ? `arrayMap(id -> hex(id), \`${name}\`) AS \`${name}\`` : `hex(${name}) AS ${name}`
}

/** Settles the filled spans and writes what comes of them into a table of its own. */
async function settleInto(table: string): Promise<void> {
  const traces = await rowsOf<{ trace: string; anchor: string }>(
    client,
    'SELECT lower(hex(trace_id)) AS trace, toString(toUnixTimestamp64Micro(anchor_at)) AS anchor FROM executions',
  )
  const anchors = new Map(traces.map(({ trace, anchor }) => [trace, BigInt(anchor)]))
  const settled = []
  const options = { now_ms: Date.UTC(2026, 11, 1), candidate_timeout_ms: 0, payload_bytes_max: 1000 }
  for (let from = 0; from < traces.length; from += 200) {
    const traceIds = traces.slice(from, from + 200).map(({ trace }) => trace)
    const read = { tenant: 'default', traceIds, payloadBytesMax: 1000, spansMax: 1000 }
    const { spans } = await readTraceSpans(client, read)
    settled.push(...settle(spans, options).executions)
  }
  const version = {
    previous_started_at: null,
    previous_status: '',
    content_hash: 0n,
    settled_at: 0n,
    version: 1n,
    is_deleted: false,
    removed: '',
  } as const
  const rows = settled.map((one) => rowOf(contentOf('default', anchors.get(one.trace_id)!, one, false).bytes, version))
  await client.command({ query: `CREATE TABLE ${table} AS executions` })
  await insertRows(client, { table: { ...EXECUTIONS, name: table }, rows })
}

describe('a filled database', () => {
  it('holds executions as settling its spans gives them, in every column', async () => {
    await settleInto('settled')
    const [filled, settled] = [await executionsIn('executions'), await executionsIn('settled')]
    expect(filled).toHaveLength(COUNT)
    expect(settled).toHaveLength(COUNT)
    for (const [index, row] of filled.entries()) expect(row).toEqual(settled[index])
  })

  it('has something of everything to compare', async () => {
    const filled = await executionsIn('executions')
    expect(filled.filter(({ step_count }) => step_count === LONG_STEPS)).toHaveLength(1)
    expect(filled.filter(({ status }) => status === 'running')).toHaveLength(RUNNING)
    for (const column of ['status', 'kind', 'mode', 'error_class', 'failed_step', 'database_type', 'query_count']) {
      expect(new Set(filled.map((row) => row[column])).size, column).toBeGreaterThan(2)
    }
    expect(filled.some(({ queries }) => JSON.stringify(queries).includes('Error: upstream'))).toBe(true)
    expect(
      filled
        .filter(({ kind }) => kind === 'agent')
        .map(({ execution_id }) => Number(String(execution_id).slice(4)) % 100),
    ).toContain(FIRST_AGENT)
  })

  it('has failures in groups that are known beforehand', async () => {
    const found = await rowsOf<{ print: string }>(
      client,
      "SELECT DISTINCT error_fingerprint AS print FROM executions WHERE error_type != ''",
    )
    const known = new Set(
      [...STEP_NAMES, ...STEP_NAMES.map((name) => `${name} 1`), ...STEP_NAMES.map((name) => `${name} 6`)].flatMap(
        fingerprintsOf,
      ),
    )
    expect(found.length).toBeGreaterThan(20)
    expect(found.filter(({ print }) => !known.has(print))).toEqual([])
  })

  it('fills every column of executions, or leaves it at its default knowingly', () => {
    expect([...Object.keys(EXECUTION_COLUMNS), ...LEFT_OUT].sort()).toEqual(Object.keys(EXECUTIONS.columns).sort())
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

  it('has spans whose attributes say what their fields do, each with its key', async () => {
    const odd = await rowsOf(
      client,
      `SELECT name, labels_json FROM spans
WHERE JSONLength(labels_json, 'attribute_keys') != JSONLength(attribute_values)
  OR JSONLength(labels_json, 'attribute_keys') != length(JSONExtractString(labels_json, 'attribute_types'))
  OR NOT isValidJSON(if(fields_json = '', '{}', fields_json)) OR NOT isValidJSON(resource_json)`,
    )
    expect(odd).toEqual([])
    const [told] = await rowsOf(
      client,
      `SELECT countIf(database_type != attributes['db.system.name']) AS types, countIf(query != attributes['db.query.text']) AS texts,
  countIf(query != '') > 0 AS has_some FROM v_spans`,
    )
    expect(told).toEqual({ types: '0', texts: '0', has_some: 1 })
  })

  it('has a point of every metric and service a minute, once however often it is filled', async () => {
    const points = () =>
      rowsOf<{ services: string; n: string; minutes: string }>(
        client,
        'SELECT uniqExact(service) AS services, count() AS n, uniqExact(time) AS minutes FROM metric_points FINAL',
      )
    const [first] = await points()
    const minutes = Number(first!.minutes)
    expect(first).toEqual({ services: '12', n: String(minutes * 12 * 6), minutes: String(minutes) })
    const { sql } = fillStatements(TIMELINE, FIRST, COUNT).find(({ table }) => table === 'metric_points')!
    await client.command({ query: sql })
    expect(await points()).toEqual([first])
  })
})
