/** A query API in the test's own process on a free port, and rows to ask it about. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ClickHouseClient, ExecutionRow } from '@runlens/clickhouse'
import { startQueryApi } from '@runlens/query-api'
import { createLogger, loadSettings, type Settings } from '@runlens/runtime'

export interface StartApiOptions {
  clickhouseUrl: string
  /** The clock, milliseconds since the epoch; default: the real one. */
  now?: () => number
  /** host:port of a collector whose figures the API may ask for; default: none. */
  otlpHttp?: string
  /** Over the defaults of the configuration. */
  api?: { queriesMax?: number; queryTimeoutMs?: number; cacheMs?: number }
  live?: Partial<Settings['live']>
  /** Those that have an n8n server. */
  syncEnvironments?: readonly string[]
  /** Default 0: any free one. */
  port?: number
  /** Keys of the configuration file, over its defaults; without `auth` nobody is asked who they are. */
  settings?:
    | { auth?: Record<string, unknown>; access?: Record<string, unknown>; quota?: Record<string, unknown> }
    | undefined
  /** What the file's `…_env` keys name. */
  env?: Record<string, string>
}

export interface ApiAnswer {
  status: number
  headers: Headers
  // Tests read what they expect; a wrong shape fails them.
  // biome-ignore lint/suspicious/noExplicitAny: the body of any route
  body: any
}

export interface TestApi {
  /** `http://127.0.0.1:<port>` */
  url: string
  get(path: string, headers?: Record<string, string>): Promise<ApiAnswer>
  /** @param body sent as JSON */
  send(method: string, path: string, headers?: Record<string, string>, body?: unknown): Promise<ApiAnswer>
  stop(): Promise<void>
}

/** Nothing is cached unless asked for, so that a test sees what it just wrote. */
export async function startApi(options: StartApiOptions): Promise<TestApi> {
  const directory = mkdtempSync(join(tmpdir(), 'runlens-api-'))
  const settings = loadSettings({
    ...options.env,
    RUNLENS_API: `127.0.0.1:${options.port ?? 0}`,
    RUNLENS_OTLP_HTTP: options.otlpHttp ?? '127.0.0.1:0',
    RUNLENS_DATA_DIR: directory,
    RUNLENS_CONFIG: configuration(directory, { auth: { required: 'off' }, ...options.settings }),
  })
  const api = { ...settings.api, cacheMs: 0, ...options.api }
  const log = createLogger('query-api', 'silent')
  const live = { ...settings.live, ...options.live }
  const started = await startQueryApi(
    {
      ...settings,
      api,
      live,
      environments: environmentsOf(options.syncEnvironments ?? []),
      clickhouseUrl: options.clickhouseUrl,
    },
    log,
    options.now,
  )
  const url = `http://127.0.0.1:${started.address.port}`
  const send: TestApi['send'] = async (method, path, headers = {}, body) => {
    const sent = body === undefined ? {} : { body: JSON.stringify(body) }
    const type: Record<string, string> = body === undefined ? {} : { 'content-type': 'application/json' }
    const response = await fetch(url + path, { method, headers: { ...type, ...headers }, redirect: 'manual', ...sent })
    const text = await response.text()
    const isJson = response.headers.get('content-type')?.includes('json') ?? false
    return {
      status: response.status,
      headers: response.headers,
      body: isJson && text !== '' ? JSON.parse(text) : text,
    }
  }
  return {
    url,
    send,
    get: (path, headers) => send('GET', path, headers),
    stop: async () => {
      await started.stop()
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

/** JSON is YAML. */
function configuration(directory: string, settings: object): string {
  const file = join(directory, 'test-settings.yaml')
  writeFileSync(file, JSON.stringify(settings))
  return file
}

function environmentsOf(ids: readonly string[]): Settings['environments'] {
  const n8n = { url: 'http://n8n.test', apiKey: undefined, apiKeyVariable: 'KEY', instanceId: undefined }
  return Object.fromEntries(ids.map((id) => [id, { tenant: 'default', n8n }]))
}

/** A trace id whose bytes are readable text, as a `FixedString(16)` cell takes it. */
export function traceCell(n: number): string {
  return `trace-${String(n).padStart(10, '0')}`
}

/** The same as an answer shows it. */
export function traceHex(n: number): string {
  return Buffer.from(traceCell(n)).toString('hex')
}

/** Columns of an execution that a test cares about; times as `2026-11-20 12:00:00.000`, UTC. */
export type ExecutionParts = Partial<ExecutionRow> & { execution_id: string; started_at: string }

/** Stores executions as the worker would: the locator first. Absent columns keep ClickHouse's defaults but those set here. */
export async function insertExecutions(client: ClickHouseClient, rows: readonly ExecutionParts[]): Promise<void> {
  const whole = rows.map((row) => ({
    tenant: 'default',
    anchor_at: row.started_at.slice(0, 26),
    instance: 'shop',
    kind: 'workflow',
    workflow_id: 'w1',
    workflow_name: 'Workflow one',
    environment: 'default',
    status: 'success',
    last_seen_at: row.ended_at ?? row.started_at,
    trace_id: traceCell(1),
    span_id: 'span0001',
    version: '1',
    ...row,
  }))
  await client.insert({
    table: 'execution_locator',
    format: 'JSONEachRow',
    values: whole.map(({ tenant, execution_id, instance, trace_id, anchor_at }) => ({
      tenant,
      execution_id,
      instance,
      trace_id,
      anchor_at,
      anchors: [anchor_at],
    })),
  })
  await client.insert({ table: 'executions', format: 'JSONEachRow', values: whole })
}
