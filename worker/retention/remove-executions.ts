/** Takes executions of one tenant out of one day: tombstones for those that are old, a version without payload for those whose payload is. */
import {
  type ClickHouseClient,
  columnNames,
  EXECUTIONS,
  encodeRow,
  insertRows,
  type RetentionSettings,
  retentionSql,
  table,
  wordList,
} from '@runlens/clickhouse'
import { FINAL_STATUSES } from '@runlens/conventions'
import type { DirtyHour } from '../rollup/rebuild-hours.ts'
import { freezeHours } from './freeze-hours.ts'

export interface RemoveOptions {
  client: ClickHouseClient
  tenant: string
  partition: string
  settings: RetentionSettings
  /** Those that started then or later stay; milliseconds since the epoch. */
  keepFromMs: number
  nowMs: number
}

export interface Removed {
  /** Executions that went. */
  executions: number
  /** Executions that lost their payload. Only those that are over do: settling may still change the others. */
  payloads: number
}

/** Executions in one statement. */
const BATCH_MAX = 1_000
/** Keys read at once. */
const READ_MAX = 20_000
const HOUR_NS = 3_600_000_000_000n

interface Doomed {
  anchor: string
  execution_id: string
  instance: string
  version: string
  started: string
  past: number
}

/** One statement at a time: gives what it did. What is left undone by a kill is found again by the next run. */
export async function* removeExecutions(options: RemoveOptions): AsyncGenerator<Removed> {
  for (;;) {
    const doomed = await readDoomed(options)
    if (doomed.length === 0) return
    const gone = doomed.filter(({ past }) => past === 1)
    const cut = doomed.filter(({ past }) => past === 0)
    await freezeHours(options.client, hoursOf(gone, options.tenant), options.nowMs)
    for (let first = 0; first < gone.length; first += BATCH_MAX) {
      const batch = gone.slice(first, first + BATCH_MAX)
      await writeTombstones(options, batch)
      yield { executions: batch.length, payloads: 0 }
    }
    for (let first = 0; first < cut.length; first += BATCH_MAX) {
      const batch = cut.slice(first, first + BATCH_MAX)
      await cutPayloads(options, batch)
      yield { executions: 0, payloads: batch.length }
    }
    if (doomed.length < READ_MAX) return
  }
}

async function readDoomed({
  client,
  tenant,
  partition,
  settings,
  keepFromMs,
  nowMs,
}: RemoveOptions): Promise<Doomed[]> {
  const params: Record<string, unknown> = { tenant, partition, most: READ_MAX }
  const { isPast, isPayloadPast } = retentionSql(settings, nowMs, (name, type, value) => {
    params[name] = value
    return `{${name}:${type}}`
  })
  const keep = Number.isFinite(keepFromMs)
    ? `toUnixTimestamp64Milli(started_at) < {keep_from:Int64}`
    : `${keepFromMs > 0}`
  const result = await client.query({
    query: `SELECT toString(toUnixTimestamp64Micro(anchor_at)) AS anchor, execution_id, instance, toString(version) AS version,
  toString(toUnixTimestamp64Nano(started_at)) AS started, toUInt8(${isPast}) AS past
FROM executions FINAL
WHERE tenant = {tenant:String} AND _partition_id = {partition:String} AND ${keep}
  AND (past OR (removed = '' AND status IN ${wordList(FINAL_STATUSES)} AND ${isPayloadPast}))
LIMIT {most:UInt32}`,
    query_params: { ...params, ...(Number.isFinite(keepFromMs) ? { keep_from: keepFromMs } : {}) },
    format: 'JSONEachRow',
  })
  return result.json<Doomed>()
}

/** All that a tombstone says; ClickHouse fills in the rest. */
const TOMBSTONES = table('executions', {
  tenant: EXECUTIONS.columns.tenant,
  anchor_at: EXECUTIONS.columns.anchor_at,
  execution_id: EXECUTIONS.columns.execution_id,
  instance: EXECUTIONS.columns.instance,
  started_at: EXECUTIONS.columns.started_at,
  settled_at: EXECUTIONS.columns.settled_at,
  version: EXECUTIONS.columns.version,
  is_deleted: EXECUTIONS.columns.is_deleted,
  removed: EXECUTIONS.columns.removed,
})

async function writeTombstones({ client, tenant, nowMs }: RemoveOptions, batch: readonly Doomed[]): Promise<void> {
  const settled_at = BigInt(Math.floor(nowMs)) * 1000n
  const rows = batch.map(({ anchor, version, started, execution_id, instance }) =>
    encodeRow(TOMBSTONES, {
      tenant,
      anchor_at: BigInt(anchor),
      execution_id,
      instance,
      started_at: BigInt(started),
      settled_at,
      version: BigInt(version) + 1n,
      is_deleted: true,
      removed: 'execution',
    }),
  )
  await insertRows(client, { table: TOMBSTONES, rows })
}

function hoursOf(doomed: readonly Doomed[], tenant: string): DirtyHour[] {
  const hours = new Set(doomed.map(({ started }) => Number((BigInt(started) / HOUR_NS) * 3_600n)))
  return [...hours].map((hour) => ({ tenant, hour }))
}

const CUT: Readonly<Record<string, string>> = {
  input: "''",
  output: "''",
  attributes: 'map()',
  content_hash: '0',
  version: 'version + 1',
  removed: "'payload'",
}

/** The row as it is, but for its payload, as its next version. If the execution changed meanwhile that version is taken, and it is found again. */
async function cutPayloads({ client, tenant, partition }: RemoveOptions, batch: readonly Doomed[]): Promise<void> {
  const names = columnNames(EXECUTIONS)
  await client.command({
    query: `INSERT INTO executions (${names.map((name) => `\`${name}\``).join(', ')})
SELECT ${names.map((name) => CUT[name] ?? `executions.\`${name}\``).join(', ')}
FROM executions FINAL
WHERE tenant = {tenant:String} AND _partition_id = {partition:String} AND removed = ''
  AND (toUnixTimestamp64Micro(anchor_at), execution_id, instance) IN
    (SELECT p.1, p.2, p.3 FROM (SELECT arrayJoin(arrayZip({anchors:Array(Int64)}, {ids:Array(String)}, {instances:Array(String)})) AS p))`,
    query_params: {
      tenant,
      partition,
      anchors: batch.map(({ anchor }) => Number(anchor)),
      ids: batch.map(({ execution_id }) => execution_id),
      instances: batch.map(({ instance }) => instance),
    },
  })
}
