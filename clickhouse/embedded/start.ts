/** Puts the embedded ClickHouse together: directory, engine, sessions, HTTP interface; and takes it apart in order. */
import { formatAddress, type Logger, listen, type RunningProcess, type Settings } from '@runlens/runtime'
import { type Chdb, loadChdb, openEngine, type Session } from './chdb.ts'
import { prepareDataDirectory, removeForgottenFiles, removeLeftBodies } from './data-directory.ts'
import { Engine } from './engine.ts'
import { countTraffic, createEmbeddedRegistry, type Traffic } from './metrics.ts'
import { QueryKiller } from './query-killer.ts'
import { HttpInterface } from './server.ts'
import { SessionPool } from './sessions.ts'

/** User and database of the embedded server. */
export const EMBEDDED_USER = 'runlens'
export const EMBEDDED_DATABASE = 'runlens'

/** Largest statement: room for lists of some hundred thousand ids. */
const QUERY_BYTES_MAX = 16 * 1024 * 1024
/** For the engine a text may be longer by its escaping, and by the request's settings. */
const ENGINE_QUERY_BYTES_MAX = 3 * QUERY_BYTES_MAX
/** How often it is looked for files that nobody came for. */
const SWEEP_MS = 60_000
/** How long running queries may take at a stop before they are cancelled. */
const STOP_PATIENCE_MS = 10_000

/** @throws RunlensError `chdb_missing`, `clickhouse_dir_damaged`, `data_dir_unusable`, `data_dir_in_use`, `port_in_use`, `address_invalid` */
export async function startEmbedded(settings: Settings, log: Logger): Promise<RunningProcess> {
  const chdb = loadChdb()
  const directory = prepareDataDirectory(settings.dataDir)
  const control = openEngine(chdb, directory.engine)
  removeLeftBodies(directory.bodies)
  await control.queryAsync(`CREATE DATABASE IF NOT EXISTS ${EMBEDDED_DATABASE}`)
  const version = (await control.queryAsync('SELECT version()', { format: 'TabSeparated' })).text().trim()
  const { sessions, queriesMax, queryMemoryBytesMax, queryTimeoutSeconds, bodyBytesMax } = settings.clickhouse
  const pool = new SessionPool({
    chdb,
    path: directory.engine,
    pipes: directory.bodies,
    sessions,
    database: EMBEDDED_DATABASE,
    defaults: {
      max_memory_usage: queryMemoryBytesMax,
      max_execution_time: queryTimeoutSeconds,
      max_query_size: ENGINE_QUERY_BYTES_MAX,
    },
  })
  const killer = new QueryKiller(control)
  const fileTraffic: Traffic = { received: 0, sent: 0 }
  const http = new HttpInterface({
    engine: new Engine(pool, killer),
    credentials: { user: EMBEDDED_USER, password: directory.password },
    limits: { directory: directory.bodies, bodyBytesMax, queryBytesMax: QUERY_BYTES_MAX },
    fileTraffic,
    queriesMax,
    version,
    log,
  })
  http.metrics = createEmbeddedRegistry({
    pool,
    killer,
    counts: http.counts,
    traffic: countTraffic(http.server, fileTraffic),
  })
  process.once('exit', () => {
    // The engine's own cleanup waits for its queries, and one that writes into a pipe nobody reads would wait for ever.
    if (http.busy) process.kill(process.pid, 'SIGKILL')
  })
  const bound = await listen(http.server, settings.clickhouseAddress, 'RUNLENS_CLICKHOUSE')
  const sweep = setInterval(() => removeForgottenFiles(directory.bodies, log), SWEEP_MS).unref()
  const stop = async () => {
    clearInterval(sweep)
    await drain(http, killer)
    await close(chdb, pool, control)
  }
  return { listen: { http: formatAddress(bound) }, stop }
}

/** Lets running queries end, and cancels those that take too long. */
async function drain(http: HttpInterface, killer: QueryKiller): Promise<void> {
  const timer = setTimeout(() => {
    killer.killAll().catch(() => undefined)
    http.server.closeAllConnections()
  }, STOP_PATIENCE_MS)
  await http.stop()
  clearTimeout(timer)
  await killer.idle()
}

async function close(chdb: Chdb, pool: SessionPool, control: Session): Promise<void> {
  pool.destroy()
  control.close()
  await chdb.drainPending()
}
