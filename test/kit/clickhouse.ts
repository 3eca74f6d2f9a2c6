/** A real embedded ClickHouse for tests: the built server in a process of its own, on a free port, in a directory of its own. */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type ClickHouseClient, createClickHouse } from '@runlens/clickhouse'
import type { ProcessMessage } from '@runlens/runtime'
import { lastingPort } from './ports.ts'

const MAIN = fileURLToPath(new URL('../../clickhouse/dist/embedded/main.js', import.meta.url))

export interface StartClickHouseOptions {
  /** Kept at stop; without it a temporary one is made and removed. */
  dataDir?: string
  /** Default: any free one that it can come back to. */
  port?: number
  /** Keys of the configuration file, e.g. `{ clickhouse: { sessions: 2 } }`. */
  settings?: Record<string, unknown>
}

export interface TestClickHouse {
  /** With user, password and database. */
  url: string
  dataDir: string
  client: ClickHouseClient
  pid: number
  /** What the server logged so far. */
  output(): string
  /** Orderly (SIGTERM); gives the exit code and removes a temporary directory. */
  stop(): Promise<number | null>
  /** SIGKILL; the directory stays. */
  kill(): Promise<void>
  /** Starts again on the same directory and port, after a kill or instead of a running one. */
  restart(): Promise<void>
}

/** @throws Error with the server's own words when it can't start */
export async function startClickHouse(options: StartClickHouseOptions = {}): Promise<TestClickHouse> {
  const dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), 'runlens-clickhouse-'))
  const log = { text: '' }
  const environment = configuration(dataDir, options.settings)
  let started = await startProcess(dataDir, options.port ?? (await lastingPort()), environment, log)
  const password = readFileSync(join(dataDir, 'clickhouse.password'), 'utf8').trim()
  const url = `http://runlens:${password}@${started.http}/runlens`
  const port = Number(started.http.slice(started.http.lastIndexOf(':') + 1))
  const client = createClickHouse({ url, application: 'test' })
  return {
    url,
    dataDir,
    client,
    get pid() {
      return started.child.pid!
    },
    output: () => log.text,
    kill: async () => {
      await end(started.child, 'SIGKILL')
    },
    restart: async () => {
      await end(started.child, 'SIGTERM')
      started = await startProcess(dataDir, port, environment, log)
    },
    stop: async () => {
      await client.close()
      const code = await end(started.child, 'SIGTERM')
      if (options.dataDir === undefined) rmSync(dataDir, { recursive: true, force: true, maxRetries: 3 })
      return code
    },
  }
}

/** JSON is YAML. */
function configuration(dataDir: string, settings: Record<string, unknown> | undefined): Record<string, string> {
  if (settings === undefined) return {}
  const file = join(dataDir, 'test-settings.yaml')
  writeFileSync(file, JSON.stringify(settings))
  return { RUNLENS_CONFIG: file }
}

async function startProcess(dataDir: string, port: number, environment: Record<string, string>, log: { text: string }) {
  const child = fork(MAIN, [], {
    env: {
      ...process.env,
      RUNLENS_DATA_DIR: dataDir,
      RUNLENS_CLICKHOUSE: `127.0.0.1:${port}`,
      UV_THREADPOOL_SIZE: '64',
      ...environment,
    },
    execArgv: [],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  child.stdout!.on('data', (chunk) => {
    log.text += chunk
  })
  child.stderr!.on('data', (chunk) => {
    log.text += chunk
  })
  const http = await new Promise<string>((resolve, reject) => {
    child.on('message', (message: ProcessMessage) => {
      if (message.type === 'ready') resolve(message.listen.http!)
      else reject(new Error(`${message.code}: ${message.message}\n${message.hint}`))
    })
    child.once('exit', (code, signal) =>
      reject(new Error(`embedded ClickHouse ended with ${code ?? signal}:\n${log.text}`)),
    )
    child.once('error', reject)
  })
  return { child, http }
}

/** Ends the process, if it still runs, and gives its exit code. */
async function end(child: ChildProcess, signal: 'SIGTERM' | 'SIGKILL'): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode
  const exited = once(child, 'exit')
  child.kill(signal)
  const [code] = await exited
  return code as number | null
}
