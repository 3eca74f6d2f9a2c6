/** Puts the query API together: client, runner, app, server. Listens at once; ClickHouse may come later. */
import type { Server } from 'node:http'
import { internalHeaders, isClosedByFile } from '@runlens/access'
import { createClickHouse, RETENTION_RULES, SAVED_VIEWS } from '@runlens/clickhouse'
import { createExplainer, type Explainer, loadProfiles } from '@runlens/mapping'
import {
  type Address,
  collectorUrl,
  encryptionKeys,
  formatAddress,
  isLoopback,
  type Logger,
  listen,
  RunlensError,
  type Settings,
  TextCipher,
} from '@runlens/runtime'
import { createAccess } from './access/access.ts'
import { createApp } from './app.ts'
import { createCollectorFigures } from './collector-figures.ts'
import { createSendOtlp } from './history/send-otlp.ts'
import { LOOPBACK_HOSTS, NAMELESS_HOSTS, unlessAsked } from './host.ts'
import { createHttpServer } from './http-server.ts'
import { Live } from './live/live.ts'
import { type LiveObserver, liveMetrics } from './live/observer.ts'
import { acceptWebSockets } from './live/web-socket.ts'
import { createMetrics } from './metrics.ts'
import { savedViews } from './questions/core/saved-views.ts'
import { storedRetention } from './questions/retention/stored-retention.ts'
import { createReadiness } from './readiness.ts'
import { createRunner, type Runner } from './run.ts'
import { createSmallState } from './small-state.ts'
import { createBeginSync } from './sync/begin-sync.ts'
import { SyncProgress } from './sync/sync-progress.ts'

export type QueryApiSettings = Pick<
  Settings,
  | 'api'
  | 'apiAddress'
  | 'otlpHttp'
  | 'insecure'
  | 'live'
  | 'worker'
  | 'mapping'
  | 'otlp'
  | 'auth'
  | 'access'
  | 'quota'
  | 'secrets'
  | 'encryption'
  | 'dataDir'
  | 'environments'
> & {
  clickhouseUrl: string
}

export interface QueryApi {
  address: Address
  stop: () => Promise<void>
}

/**
 * @param now the clock, milliseconds since the epoch
 * @throws RunlensError when the address can't be bound or is not a loopback one, or a mapping profile has a fault
 */
export async function startQueryApi(
  settings: QueryApiSettings,
  log: Logger,
  now: () => number = Date.now,
): Promise<QueryApi> {
  const isOpen = !isLoopback(settings.apiAddress.host)
  const isAsked = isClosedByFile(settings.auth)
  if (isOpen && !isAsked && !settings.insecure) throw openAddressRefused(settings.apiAddress)
  if (isOpen && !isAsked) log.warn('insecure: until there are keys, whoever reaches this address may read everything')
  const { queriesMax, queryTimeoutMs, cacheMs } = settings.api
  const client = createClickHouse({
    url: settings.clickhouseUrl,
    application: 'runlens-query-api',
    queryTimeoutMs: queryTimeoutMs + 5_000,
    connectionsMax: queriesMax + 1,
  })
  const access = createAccess(settings, client, log, now)
  const metrics = createMetrics()
  metrics.watchAccess(access)
  const runner = createRunner({
    client,
    queriesMax,
    queriesPerTenantMax: settings.quota.queriesPerTenantMax,
    queryTimeoutMs,
    cacheMs,
    observe: metrics,
    cipher: cipherOf(settings, log),
  })
  metrics.watchPermits(runner.load)
  const { lostAfterMs } = settings.api
  const observe = liveMetrics(metrics.registry)
  const live = new Live({ runner, now, lostAfterMs, settings: settings.live, observe })
  const syncEnvironments = new Map(
    Object.entries(settings.environments).flatMap(([id, { n8n, tenant }]) => (n8n ? [[id, tenant] as const] : [])),
  )
  if (syncEnvironments.size > 0) live.accompany(syncProgress(runner, live, observe))
  const services = {
    syncEnvironments,
    beginSync: createBeginSync(runner, now),
    runner,
    now,
    live,
    sendOtlp: createSendOtlp({ collectorUrl: collectorUrl(settings), headersFor: internalHeaders(settings, now) }),
    spansPerTraceMax: settings.worker.spansPerTraceMax,
    payloadBytesMax: settings.mapping.payloadBytesMax,
    candidateTimeoutMs: settings.worker.candidateTimeoutMs,
    lostAfterMs,
    explainer: explainerOf(settings),
    notReady: createReadiness(runner, now),
    collector: createCollectorFigures(settings.otlpHttp, now),
    savedViews: createSmallState({ runner, table: SAVED_VIEWS, rows: savedViews, now }),
    access,
    retentionRules: createSmallState({ runner, table: RETENTION_RULES, rows: storedRetention, now }),
    metrics: metrics.registry,
  }
  const hosts = unlessAsked(isOpen ? NAMELESS_HOSTS : LOOPBACK_HOSTS, () => access.authenticator.isRequired)
  const app = createApp({ services, log, hosts, answered: metrics.answered })
  const server = createHttpServer(app, (status) => metrics.answered('', status))
  const webSocket = acceptWebSockets(server, { live, access, hosts })
  const address = await listen(server, settings.apiAddress, 'RUNLENS_API')
  return {
    address,
    stop: async () => {
      live.stop()
      webSocket.stop()
      await close(server)
      await access.stop()
      await client.close()
    },
  }
}

function syncProgress(runner: Runner, live: Live, observe: LiveObserver): SyncProgress {
  return new SyncProgress({
    runner,
    tell: (tenant, progress) => live.tellSync(tenant, progress),
    failed: observe.tailFailed,
  })
}

function cipherOf({ encryption, secrets }: QueryApiSettings, log: Logger): TextCipher {
  const keys = encryptionKeys(encryption, secrets)
  if (keys.length > 0) log.info({ keys: keys.map(({ id }) => id) }, 'encrypted texts are opened with these keys')
  return new TextCipher(keys)
}

function explainerOf({ mapping, otlp, worker }: QueryApiSettings): Explainer {
  return createExplainer({
    roots: mapping.roots,
    profiles: loadProfiles(mapping.profiles),
    limits: otlp,
    candidateTimeoutMs: worker.candidateTimeoutMs,
    payloadBytesMax: mapping.payloadBytesMax,
  })
}

/** Keys of the table may come or not: before it is known that everybody is asked, nobody else may reach the server. */
function openAddressRefused(address: Address): RunlensError {
  return new RunlensError(
    'address_invalid',
    `RUNLENS_API is ${formatAddress(address)}, but without authentication the API listens on loopback only`,
    'Set auth.required to on and make a key (`runlens keys create`), or set RUNLENS_API to 127.0.0.1 and a port. Where everybody who reaches it may read everything: --insecure (RUNLENS_INSECURE=true).',
  )
}

/** Lets running requests end; connections that only wait are closed. */
function close(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    server.close((error) => (error ? reject(error) : resolve()))
    server.closeIdleConnections()
  })
}
