/** The whole stack as an operator starts it, on free ports and in a directory of its own, for tests. Needs `npm run build`. */
import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { migratedDirectory } from './migrated-directory.ts'

export type Component = 'clickhouse' | 'collector' | 'worker' | 'query-api'

export interface StackOptions {
  /** Default: a new temporary one with all migrations applied, removed at `stop`. */
  dataDir?: string
  /** Laid over the defaults (all ports free). */
  env?: Readonly<Record<string, string>>
  /** How long to wait until it is ready. Default 90 000. */
  readyTimeoutMs?: number
}

export interface StackUrls {
  /** host:port. */
  otlpGrpc: string
  otlpHttp: string
  api: string
  worker: string
  /** With credentials and database. */
  clickhouse: string
}

export interface Stack {
  urls: StackUrls
  dataDir: string
  /** The process of `runlens up`. */
  pid: number
  /** The process of a component right now; undefined between a crash and the restart. */
  pidOf: (component: Component) => number | undefined
  /** Environment that starts another stack on the same ports. */
  fixedAddresses: Record<string, string>
  /** Everything logged so far, JSON lines. */
  logs: () => string
  /** Rows of a query, sent to ClickHouse directly. 64-bit integers are strings. */
  query: (sql: string) => Promise<Record<string, unknown>[]>
  /** `kill -9` of a component (none if it is not there right now), or of `runlens up` itself. */
  kill: (component?: Component) => void
  /** `kill -9` of everything at once. */
  killAll: () => void
  /**
   * SIGTERM, waits for the end; gives the exit code (null when it was killed before). Removes a temporary directory, unless it is to
   * be kept for another stack.
   */
  stop: (options?: { keep: boolean }) => Promise<number | null>
}

interface RunState {
  processes: { component: Component; pid: number }[]
}

const MAIN = fileURLToPath(new URL('../../cli/dist/main.js', import.meta.url))
const FREE = '127.0.0.1:0'
/** Temporary directories made here; a later stack on the same one removes it too. */
const temporary = new Set<string>()
const started = new Set<ChildProcess>()
process.on('exit', () => {
  for (const child of started) child.kill('SIGKILL')
})

/** Starts the stack and returns when it says that it is ready; throws with its whole log when it ends or stays silent instead. */
export async function startStack(options: StackOptions = {}): Promise<Stack> {
  const dataDir = options.dataDir ?? migratedDirectory('runlens-stack-')
  if (options.dataDir === undefined) temporary.add(dataDir)
  const child = spawnUp(dataDir, options.env ?? {})
  const exited = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)))
  exited.then(() => started.delete(child))
  const log = collect(child)
  const urls = await readyUrls(child, log, options.readyTimeoutMs ?? 90_000)
  const clickhouse = options.env?.RUNLENS_CLICKHOUSE_URL || withPassword(urls.clickhouse, dataDir)
  const processes = () => readState(dataDir)?.processes ?? []
  const killPid = (pid: number | undefined) => pid !== undefined && killQuietly(pid)
  return {
    urls: { ...urls, clickhouse },
    dataDir,
    pid: child.pid!,
    pidOf: (component) => processes().find((one) => one.component === component)?.pid,
    fixedAddresses: {
      RUNLENS_OTLP_GRPC: urls.otlpGrpc,
      RUNLENS_OTLP_HTTP: new URL(urls.otlpHttp).host,
      RUNLENS_API: new URL(urls.api).host,
      RUNLENS_WORKER: new URL(urls.worker).host,
      ...(options.env?.RUNLENS_CLICKHOUSE_URL
        ? { RUNLENS_CLICKHOUSE_URL: options.env.RUNLENS_CLICKHOUSE_URL }
        : { RUNLENS_CLICKHOUSE: new URL(urls.clickhouse).host }),
    },
    logs: () => log.text,
    query: (sql) => query(clickhouse, sql),
    kill: (component) => killPid(component ? processes().find((one) => one.component === component)?.pid : child.pid),
    killAll: () => {
      for (const pid of [child.pid, ...processes().map((one) => one.pid)]) killPid(pid)
    },
    stop: async ({ keep } = { keep: false }) => {
      child.kill('SIGTERM')
      const code = await exited
      if (!keep && temporary.delete(dataDir))
        rmSync(dataDir, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
      return code
    },
  }
}

/** Starts `runlens up` without waiting for anything: for tests of starts that fail. Logs are JSON lines. */
export function spawnUp(
  dataDir: string,
  env: Readonly<Record<string, string>>,
  args: readonly string[] = ['--json-logs'],
): ChildProcess {
  const inherited = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('RUNLENS_')))
  const child = spawn(process.execPath, [MAIN, 'up', ...args], {
    env: {
      ...inherited,
      RUNLENS_OTLP_GRPC: FREE,
      RUNLENS_OTLP_HTTP: FREE,
      RUNLENS_API: FREE,
      RUNLENS_WORKER: FREE,
      RUNLENS_CLICKHOUSE: FREE,
      RUNLENS_DATA_DIR: dataDir,
      ...env,
    },
    // With the channel it ends by itself when the tests are killed.
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  started.add(child)
  return child
}

interface Log {
  text: string
  /** Called at every piece of output. */
  onText: () => void
}

function collect(child: ChildProcess): Log {
  const log: Log = { text: '', onText: () => {} }
  const add = (chunk: Buffer) => {
    log.text += chunk
    log.onText()
  }
  child.stdout?.on('data', add)
  child.stderr?.on('data', add)
  return log
}

function readyUrls(child: ChildProcess, log: Log, timeoutMs: number): Promise<StackUrls> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => fail(`was not ready within ${timeoutMs} ms`), timeoutMs)
    const fail = (why: string) => {
      clearTimeout(timer)
      child.kill('SIGTERM')
      reject(new Error(`the stack ${why}:\n${log.text}`))
    }
    const onExit = (code: number | null, signal: string | null) => fail(`ended with ${code ?? signal}`)
    child.once('exit', onExit)
    log.onText = () => {
      const line = log.text.split('\n').find((one) => one.includes('"msg":"Runlens is ready"') && one.endsWith('}'))
      if (!line) return
      clearTimeout(timer)
      child.off('exit', onExit)
      log.onText = () => {}
      resolve((JSON.parse(line) as { urls: StackUrls }).urls)
    }
  })
}

function withPassword(origin: string, dataDir: string): string {
  const password = readFileSync(join(dataDir, 'clickhouse.password'), 'utf8').trim()
  const url = new URL('/runlens', origin)
  url.username = 'runlens'
  url.password = password
  return url.href
}

function readState(dataDir: string): RunState | undefined {
  try {
    return JSON.parse(readFileSync(join(dataDir, 'runlens.json'), 'utf8')) as RunState
  } catch {
    return undefined
  }
}

function killQuietly(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // Gone already.
  }
}

async function query(clickhouseUrl: string, sql: string): Promise<Record<string, unknown>[]> {
  const url = new URL(clickhouseUrl)
  const database = url.pathname.slice(1) || 'default'
  const answer = await fetch(`${url.origin}/?database=${database}&default_format=JSONEachRow`, {
    method: 'POST',
    headers: {
      'x-clickhouse-user': decodeURIComponent(url.username),
      'x-clickhouse-key': decodeURIComponent(url.password),
    },
    body: sql,
  })
  const body = await answer.text()
  if (!answer.ok) throw new Error(`ClickHouse answered ${answer.status}: ${body}`)
  return body
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>)
}
