/** `runlens up` from start to end: lock, ports, processes, migrations, ready, stop. */
import { type Environment, identify, type RunlensError, type Settings, version } from '@runlens/runtime'
import { checkClickHouse, embeddedUrl, ensurePassword, withoutCredentials } from './clickhouse-access.ts'
import { damageText } from './damage-text.ts'
import { lockDataDir } from './data-dir-lock.ts'
import { waitForLeftovers } from './leftovers.ts'
import type { LogSink } from './log-sink.ts'
import { migrateSchema } from './migrate-schema.ts'
import { planProcesses, type StackAddresses } from './plan.ts'
import { resolvePorts } from './ports.ts'
import { reachable } from './reachable.ts'
import { readyText } from './ready-text.ts'
import { waitUntilAnswering } from './readyz.ts'
import { type ComponentFault, type RunState, removeRunState, type StackUrls, writeRunState } from './run-state.ts'
import { Stack } from './stack.ts'

export interface UpOptions {
  settings: Settings
  /** What the processes inherit. */
  environment: Environment
  sink: LogSink
  /** Aborted when the stack is to stop in order. */
  stop: AbortSignal
  /** Aborted when it is to end at once. */
  force: AbortSignal
}

/**
 * Runs the stack until `stop`; every process is gone when it returns or throws.
 * @throws RunlensError when the stack can't start: one message, nothing left running
 */
export async function runUp({ settings, environment, sink, stop, force }: UpOptions): Promise<void> {
  const lock = await lockDataDir(settings.dataDir)
  try {
    await waitForLeftovers(
      settings.dataDir,
      (alive) =>
        sink.note('info', 'waiting for processes of an earlier run to end', {
          processes: alive.map((one) => `${one.component} ${one.pid}`),
        }),
      stop,
    )
    const addresses = await resolveAddresses(settings)
    const clickhouseUrl = await resolveClickHouse(settings, addresses, sink, stop)
    const state = firstState(addresses, clickhouseUrl)
    const plans = planProcesses(settings, environment, addresses, clickhouseUrl)
    const note = () => writeRunState(settings.dataDir, { ...state, processes: stack.running(), faults: stack.faults() })
    const stack = new Stack(plans, sink, {
      changed: note,
      blocked: (fault) => tellDamage(fault, state, settings.dataDir, sink),
      recovered: (component) => {
        if (component === 'clickhouse' && state.ready) migrateAgain(clickhouseUrl, sink, stop)
      },
    })
    const kill = () => stack.kill()
    force.addEventListener('abort', kill)
    try {
      await abortable(bringUp(stack, clickhouseUrl, state.urls, sink, stop), stop)
      state.ready = true
      note()
      sink.announce(readyText(state.urls, settings), 'Runlens is ready', { urls: state.urls })
      await abortable(new Promise(() => {}), stop)
    } finally {
      await stack.stop()
      removeRunState(settings.dataDir)
      force.removeEventListener('abort', kill)
    }
  } catch (error) {
    if (!stop.aborted || !isAbort(error)) throw error
  } finally {
    await lock.release()
  }
}

async function resolveAddresses(settings: Settings): Promise<StackAddresses> {
  const wanted = [
    { setting: 'RUNLENS_OTLP_GRPC', address: settings.otlpGrpc },
    { setting: 'RUNLENS_OTLP_HTTP', address: settings.otlpHttp },
    { setting: 'RUNLENS_API', address: settings.apiAddress },
    { setting: 'RUNLENS_WORKER', address: settings.workerAddress },
    ...(settings.clickhouseUrl ? [] : [{ setting: 'RUNLENS_CLICKHOUSE', address: settings.clickhouseAddress }]),
  ]
  const [otlpGrpc, otlpHttp, api, worker, clickhouse] = await resolvePorts(wanted)
  return { otlpGrpc: otlpGrpc!, otlpHttp: otlpHttp!, api: api!, worker: worker!, clickhouse }
}

async function resolveClickHouse(
  settings: Settings,
  addresses: StackAddresses,
  sink: LogSink,
  stop: AbortSignal,
): Promise<string> {
  if (addresses.clickhouse) {
    ensurePassword(settings.dataDir)
    return embeddedUrl(settings.dataDir, addresses.clickhouse)!
  }
  const url = settings.clickhouseUrl!
  await checkClickHouse(url, stop, () => sink.note('info', `waiting for ClickHouse at ${withoutCredentials(url)}`))
  return url
}

function firstState(addresses: StackAddresses, clickhouseUrl: string): RunState {
  const urls: StackUrls = {
    otlpGrpc: reachable(addresses.otlpGrpc),
    otlpHttp: `http://${reachable(addresses.otlpHttp)}`,
    api: `http://${reachable(addresses.api)}`,
    worker: `http://${reachable(addresses.worker)}`,
    clickhouse: withoutCredentials(clickhouseUrl),
  }
  const supervisor = identify(process.pid) ?? { pid: process.pid, startTicks: null, boot: null }
  return { version, supervisor, started_at: new Date().toISOString(), ready: false, urls, processes: [], faults: [] }
}

/** ClickHouse and collector at once (the collector spools until ClickHouse answers), the others on a migrated schema. */
async function bringUp(
  stack: Stack,
  clickhouseUrl: string,
  urls: StackUrls,
  sink: LogSink,
  stop: AbortSignal,
): Promise<void> {
  stack.start('clickhouse')
  stack.start('collector')
  await orFailure(stack.ready('clickhouse'), stack.failure('collector'))
  await migrateSchema(clickhouseUrl, sink, stop)
  stack.start('worker')
  stack.start('query-api')
  await stack.ready('collector', 'worker', 'query-api')
  await waitUntilAnswering([`${urls.otlpHttp}/readyz`, `${urls.api}/readyz`], stop, (url, why) =>
    sink.note('warn', 'not ready yet', { url, why }),
  )
}

/** In words that stand out from the log, once for each fault: what works meanwhile and what a person has to do. */
function tellDamage(fault: ComponentFault, { urls }: RunState, dataDir: string, sink: LogSink): void {
  if (fault.code !== 'clickhouse_dir_damaged') return
  sink.announce(damageText(fault, urls, dataDir), 'spans are taken while ClickHouse is mended', { ...fault, urls })
}

/** Its directory may be another one by now (moved away, restored from an older backup). */
function migrateAgain(clickhouseUrl: string, sink: LogSink, stop: AbortSignal): void {
  migrateSchema(clickhouseUrl, sink, stop).catch((error: unknown) => {
    if (!stop.aborted) sink.note('error', 'the schema is not that of this build', { reason: String(error) })
  })
}

/** What waiting ends with when the signal is aborted: the signal's reason, or Node's own error around it. */
function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError'
}

/** Waits for `work`, but not past the moment in which a process says that it can't start. */
async function orFailure(work: Promise<void>, failure: Promise<RunlensError | undefined>): Promise<void> {
  const failed = failure.then((error) => (error ? Promise.reject(error) : new Promise<never>(() => {})))
  await Promise.race([work, failed])
}

/** `work`, or the signal's reason as soon as it is aborted. */
function abortable<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason)
    if (signal.aborted) onAbort()
    signal.addEventListener('abort', onAbort, { once: true })
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort))
  })
}
