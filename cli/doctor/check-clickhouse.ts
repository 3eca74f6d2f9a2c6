/** ClickHouse and the worker's account of itself: version, schema, size, settling. */
import {
  CLICKHOUSE_VERSION_MIN,
  type ClickHouseClient,
  createClickHouse,
  isNewEnough,
  schemaState,
} from '@runlens/clickhouse'
import { withoutCredentials } from '../up/clickhouse-access.ts'
import { type Finding, fault, info, ok, warning } from './finding.ts'
import { formatBytes, formatMs } from './format.ts'

const TIMEOUT_MS = 10_000
/** A worker writes its account far more often than this. */
const SILENT_MS = 60_000

interface StatusRow {
  job: string
  silent_ms: string | number
  lag_ms: number
  traces_waiting: string | number
  fault: string
}

/** @param url with credentials */
export async function checkClickHouseServer(url: string): Promise<Finding[]> {
  const client = createClickHouse({ url, application: 'runlens-cli', queryTimeoutMs: TIMEOUT_MS })
  try {
    const [server] = await rows<{ version: string }>(client, 'SELECT version() AS version')
    if (!isNewEnough(server?.version ?? '')) return [tooOld(url, server!.version)]
    const findings = [ok('clickhouse', `${server?.version} at ${withoutCredentials(url)}`), await checkSchema(client)]
    if (findings[1]?.severity !== 'ok') return findings
    return [...findings, await checkSize(client), ...(await checkWorker(client))]
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    return [
      fault(
        'clickhouse',
        `${withoutCredentials(url)} cannot be asked: ${why.slice(0, 300)}`,
        'Spans are kept in the spool meanwhile. The embedded one is started again by itself; for one of your own, start it or\ncorrect RUNLENS_CLICKHOUSE_URL (host, port, user, password).',
      ),
    ]
  } finally {
    await client.close()
  }
}

function tooOld(url: string, version: string): Finding {
  return fault(
    'clickhouse',
    `${version} at ${withoutCredentials(url)} is too old: this build needs ${CLICKHOUSE_VERSION_MIN} or newer`,
    'Upgrade the server, or unset RUNLENS_CLICKHOUSE_URL to use the embedded one.',
  )
}

async function checkSchema(client: ClickHouseClient): Promise<Finding> {
  const state = await schemaState(client)
  switch (state) {
    case 'current':
      return ok('schema', 'is that of this build')
    case 'outdated':
      return fault('schema', 'is older than this build', 'Run: npx runlens migrate')
    case 'newer':
      return fault('schema', 'was written by a newer build', 'Run that newer build, or use another database.')
    case 'changed':
      return fault(
        'schema',
        'has a migration that differs from the shipped file',
        'Restore the files in clickhouse/migrations.',
      )
  }
}

async function checkSize(client: ClickHouseClient): Promise<Finding> {
  const [size] = await rows<{ bytes: string; spans: string; executions: string; parts: string }>(
    client,
    `SELECT sum(bytes_on_disk) AS bytes, sumIf(rows, table = 'spans') AS spans,
      sumIf(rows, table = 'executions') AS executions, count() AS parts
    FROM system.parts WHERE active AND database = currentDatabase()`,
  )
  return info(
    'stored',
    `${formatBytes(Number(size?.bytes ?? 0))}, about ${size?.spans} spans, ${size?.executions} executions, ${size?.parts} parts`,
  )
}

async function checkWorker(client: ClickHouseClient): Promise<Finding[]> {
  const jobs = await rows<StatusRow>(
    client,
    `SELECT job, fault, lag_ms, traces_waiting, dateDiff('millisecond', updated_at, now64(6)) AS silent_ms
    FROM worker_status FINAL ORDER BY job`,
  )
  if (jobs.length === 0)
    return [warning('settling', 'the worker has not said anything yet', 'Look again in a few seconds after the start.')]
  return jobs.map(jobFinding)
}

function jobFinding({ job, silent_ms, lag_ms, traces_waiting, fault: why }: StatusRow): Finding {
  const check = `worker ${job}`
  const text = `lag ${formatMs(Number(lag_ms))}, ${traces_waiting} traces wait`
  if (why !== '')
    return fault(check, `cannot work: ${why}`, 'The worker tries again by itself; its log has the whole error.')
  if (Number(silent_ms) > SILENT_MS) {
    return fault(
      check,
      `silent for ${formatMs(Number(silent_ms))}`,
      'Check above whether the worker runs, and its log.',
    )
  }
  return ok(check, text)
}

async function rows<T>(client: ClickHouseClient, query: string): Promise<T[]> {
  const result = await client.query({ query, format: 'JSONEachRow' })
  return result.json<T>()
}
