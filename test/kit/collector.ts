/** The built collector in a process of its own, on free ports and a directory of its own, with a ClickHouse or without. */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { ProcessMessage } from '@runlens/runtime'

const MAIN = fileURLToPath(new URL('../../collector/dist/main.js', import.meta.url))
const FREE = '127.0.0.1:0'
/** Answers to nobody: the collector spools. */
const NO_CLICKHOUSE = 'http://runlens:none@127.0.0.1:9/runlens'

export interface CollectorOptions {
  /** Default: one that never answers. */
  clickhouseUrl?: string
  /** Kept at `stop`; without it a temporary one is made and removed. */
  dataDir?: string
  /** Keys of the configuration file, e.g. `{ otlp: { bodyBytesMax: 1_000 } }`. */
  settings?: Record<string, unknown>
  /** Laid over the defaults (all ports free). */
  env?: Readonly<Record<string, string>>
}

export interface Collector {
  urls: {
    /** host:port. */
    otlpGrpc: string
    /** `http://host:port`. */
    otlpHttp: string
  }
  dataDir: string
  pid: number
  /** Everything logged so far, JSON lines. */
  output: () => string
  /** SIGTERM; gives the exit code and removes a temporary directory. */
  stop: () => Promise<number | null>
  /** SIGKILL; the directory stays until `stop`. */
  kill: () => Promise<void>
}

/** A start that failed, with what the process said of it. */
export class CollectorDidNotStart extends Error {
  readonly code: string
  readonly exitCode: number | null
  constructor(code: string, message: string, exitCode: number | null) {
    super(message)
    this.code = code
    this.exitCode = exitCode
  }
}

const started = new Set<ChildProcess>()
process.on('exit', () => {
  for (const child of started) child.kill('SIGKILL')
})

/** @throws CollectorDidNotStart */
export async function startCollector(options: CollectorOptions = {}): Promise<Collector> {
  const dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), 'runlens-collector-'))
  // No options of the test runner: its child would load packages from their sources.
  const child = fork(MAIN, {
    env: environment(dataDir, options),
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    execArgv: [],
  })
  started.add(child)
  child.once('exit', () => started.delete(child))
  const log = { text: '' }
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => (log.text += chunk))
  const end = async (signal: NodeJS.Signals) => {
    if (child.exitCode !== null || child.signalCode !== null) return
    child.kill(signal)
    await once(child, 'exit')
  }
  const removeData = () => {
    if (options.dataDir === undefined) rmSync(dataDir, { recursive: true, force: true })
  }
  const listen = await ready(child, log).catch((error: unknown) => {
    removeData()
    throw error
  })
  return {
    urls: { otlpGrpc: listen.grpc!, otlpHttp: `http://${listen.http}` },
    dataDir,
    pid: child.pid!,
    output: () => log.text,
    kill: () => end('SIGKILL'),
    stop: async () => {
      await end('SIGTERM')
      removeData()
      return child.exitCode
    },
  }
}

async function ready(child: ChildProcess, log: { text: string }): Promise<Record<string, string>> {
  const failed = once(child, 'exit').then(([exitCode]) => ({
    type: 'exit' as const,
    exitCode: exitCode as number | null,
  }))
  const first = (await Promise.race([once(child, 'message').then(([message]) => message), failed])) as
    | ProcessMessage
    | Awaited<typeof failed>
  if (first.type === 'ready') return first.listen
  const { exitCode } = await failed
  if (first.type === 'failed') throw new CollectorDidNotStart(first.code, `${first.message} ${first.hint}`, exitCode)
  throw new CollectorDidNotStart('exit', log.text, exitCode)
}

function environment(dataDir: string, { clickhouseUrl, settings, env }: CollectorOptions): NodeJS.ProcessEnv {
  const outside = Object.entries(process.env).filter(
    ([name]) => !name.startsWith('RUNLENS_') && name !== 'NODE_OPTIONS',
  )
  const config = join(dataDir, 'collector.yaml')
  // JSON is YAML.
  if (settings) writeFileSync(config, JSON.stringify(settings))
  return {
    ...Object.fromEntries(outside),
    RUNLENS_OTLP_GRPC: FREE,
    RUNLENS_OTLP_HTTP: FREE,
    RUNLENS_DATA_DIR: dataDir,
    RUNLENS_CLICKHOUSE_URL: clickhouseUrl ?? NO_CLICKHOUSE,
    ...(settings ? { RUNLENS_CONFIG: config } : {}),
    ...env,
  }
}
