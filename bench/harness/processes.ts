/** Starts the built processes one by one, on free ports, and the whole stack as an operator does. */
import { type ChildProcess, fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ProcessMessage } from '@runlens/runtime'
import { ROOT } from './root.ts'
import { type Usage, usageOf } from './usage.ts'

const FREE = '127.0.0.1:0'
/** Nobody listens there: the collector keeps everything in its spool. */
export const NO_CLICKHOUSE = 'http://nobody@127.0.0.1:9/none'

const SCRIPTS = {
  clickhouse: 'clickhouse/dist/embedded/main.js',
  collector: 'collector/dist/main.js',
  worker: 'worker/dist/main.js',
  'query-api': 'query-api/dist/main.js',
  naive: 'bench/dist/naive/main.js',
} as const
export type Component = keyof typeof SCRIPTS

export interface Running {
  pid: number
  /** Bound addresses by name. */
  listen: Record<string, string>
  usage(): Usage
  /** SIGTERM, and waits for the end. */
  stop(): Promise<void>
}

export interface StartOptions {
  dataDir: string
  clickhouseUrl?: string
  /** Keys of the configuration file. */
  settings?: Record<string, unknown>
}

const started = new Set<ChildProcess>()
process.on('exit', () => {
  for (const child of started) child.kill('SIGKILL')
})
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130))

/** @throws Error with the output of a process that can't start */
export async function startProcess(component: Component, options: StartOptions): Promise<Running> {
  const child = fork(join(ROOT, SCRIPTS[component]), [], {
    env: environment(component, options),
    execArgv: [],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  const output = follow(child)
  const message = await Promise.race([
    once(child, 'message').then(([first]) => first as ProcessMessage),
    once(child, 'exit').then(() => undefined),
  ])
  if (message?.type !== 'ready') throw new Error(`${component} did not start:\n${output.text}`)
  return { pid: child.pid!, listen: message.listen, usage: () => usageOf(child.pid!), stop: () => end(child) }
}

function environment(component: Component, { dataDir, clickhouseUrl, settings }: StartOptions): NodeJS.ProcessEnv {
  const configuration = join(dataDir, `bench-${component}.yaml`)
  // JSON is YAML.
  if (settings) writeFileSync(configuration, JSON.stringify(settings))
  return {
    ...outside(),
    RUNLENS_DATA_DIR: dataDir,
    RUNLENS_OTLP_GRPC: FREE,
    RUNLENS_OTLP_HTTP: FREE,
    RUNLENS_API: FREE,
    RUNLENS_CLICKHOUSE: FREE,
    RUNLENS_LOG_LEVEL: 'warn',
    // As `runlens up` starts the engine: one thread for every session, and some.
    ...(component === 'clickhouse' ? { UV_THREADPOOL_SIZE: '24' } : { RUNLENS_CLICKHOUSE_URL: clickhouseUrl }),
    ...(settings ? { RUNLENS_CONFIG: configuration } : {}),
  }
}

function outside(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('RUNLENS_')))
}

/** With user, password and database; settings of its own for what must not flatter a measurement. */
export function clickhouseUrl(dataDir: string, address: string, settings: Record<string, string> = {}): string {
  const password = readFileSync(join(dataDir, 'clickhouse.password'), 'utf8').trim()
  const url = new URL(`http://runlens:${password}@${address}/runlens`)
  for (const [name, value] of Object.entries(settings)) url.searchParams.set(`ch_${name}`, value)
  return url.href
}

export interface RunningStack {
  urls: { otlpHttp: string; api: string; clickhouse: string }
  dataDir: string
  /** Of each process by its name. */
  usage(): Map<string, Usage>
  stop(): Promise<void>
}

export async function startStack(dataDir: string): Promise<RunningStack> {
  const addresses = ['--otlp-grpc', '--otlp-http', '--api', '--clickhouse'].flatMap((flag) => [flag, FREE])
  const args = [join(ROOT, 'cli/dist/main.js'), 'up', '--json-logs', '--data-dir', dataDir, ...addresses]
  const child = spawn(process.execPath, args, { env: outside(), stdio: ['ignore', 'pipe', 'pipe', 'ipc'] })
  const output = follow(child)
  const urls = await readyUrls(child, output)
  return {
    urls: { ...urls, clickhouse: clickhouseUrl(dataDir, new URL(urls.clickhouse).host) },
    dataDir,
    usage: () => stackUsage(dataDir),
    stop: () => end(child),
  }
}

/** Of each process of the stack on this directory right now, by its name. */
export function stackUsage(dataDir: string): Map<string, Usage> {
  const state = JSON.parse(readFileSync(join(dataDir, 'runlens.json'), 'utf8')) as {
    processes: { component: string; pid: number }[]
  }
  return new Map(state.processes.map(({ component, pid }) => [component, usageOf(pid)]))
}

/** Reads on until the line that says ready. */
export async function readyUrls(child: ChildProcess, output: { text: string }): Promise<RunningStack['urls']> {
  for (;;) {
    const line = output.text.split('\n').find((one) => one.includes('"Runlens is ready"') && one.endsWith('}'))
    if (line) return (JSON.parse(line) as { urls: RunningStack['urls'] }).urls
    if (child.exitCode !== null) throw new Error(`the stack did not start:\n${output.text}`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

/** Keeps what a child says, and the child from outliving this process. */
export function follow(child: ChildProcess): { text: string } {
  const output = { text: '' }
  started.add(child)
  child.once('exit', () => started.delete(child))
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk) => {
      output.text += chunk
    })
  }
  return output
}

export async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exited = once(child, 'exit')
  child.kill('SIGTERM')
  await exited
}

/** Runs `task` in a new directory, which is gone afterwards. */
export async function inTemporaryDirectory<T>(task: (directory: string) => Promise<T>): Promise<T> {
  const directory = mkdtempSync(join(tmpdir(), 'runlens-bench-'))
  try {
    return await task(directory)
  } finally {
    rmSync(directory, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
  }
}
