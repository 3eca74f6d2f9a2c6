/** Puts the query API together: client, runner, app, server. Listens at once; ClickHouse may come later. */
import type { Server } from 'node:http'
import { createClickHouse, RETENTION_RULES, SAVED_VIEWS } from '@runlens/clickhouse'
import { createExplainer, type Explainer, loadProfiles } from '@runlens/mapping'
import { type Address, formatAddress, type Logger, listen, RunlensError, type Settings } from '@runlens/runtime'
import { createApp } from './app.ts'
import { createCollectorFigures } from './collector-figures.ts'
import { createSendOtlp } from './history/send-otlp.ts'
import { isLoopback, LOOPBACK_HOSTS, NAMELESS_HOSTS } from './host.ts'
import { createHttpServer } from './http-server.ts'
import { Live } from './live/live.ts'
import { liveMetrics } from './live/observer.ts'
import { acceptWebSockets } from './live/web-socket.ts'
import { createMetrics } from './metrics.ts'
import { savedViews } from './questions/core/saved-views.ts'
import { storedRetention } from './questions/retention/stored-retention.ts'
import { createReadiness } from './readiness.ts'
import { createRunner } from './run.ts'
import { createSmallState } from './small-state.ts'

export type QueryApiSettings = Pick<
  Settings,
  'api' | 'apiAddress' | 'otlpHttp' | 'insecure' | 'live' | 'worker' | 'mapping' | 'otlp'
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
  if (isOpen && !settings.insecure) throw openAddressRefused(settings.apiAddress)
  if (isOpen) log.warn('insecure: whoever reaches this address may read everything')
  const { queriesMax, queryTimeoutMs, cacheMs } = settings.api
  const client = createClickHouse({
    url: settings.clickhouseUrl,
    application: 'runlens-query-api',
    queryTimeoutMs: queryTimeoutMs + 5_000,
    connectionsMax: queriesMax + 1,
  })
  const metrics = createMetrics()
  const runner = createRunner({ client, queriesMax, queryTimeoutMs, cacheMs, observe: metrics })
  metrics.watchPermits(runner.load)
  const { lostAfterMs } = settings.api
  const observe = liveMetrics(metrics.registry)
  const live = new Live({ runner, now, lostAfterMs, settings: settings.live, observe })
  const services = {
    runner,
    now,
    live,
    sendOtlp: createSendOtlp({ collectorUrl: collectorUrl(settings), headersFor: () => ({}) }),
    spansPerTraceMax: settings.worker.spansPerTraceMax,
    payloadBytesMax: settings.mapping.payloadBytesMax,
    candidateTimeoutMs: settings.worker.candidateTimeoutMs,
    lostAfterMs,
    explainer: explainerOf(settings),
    notReady: createReadiness(runner, now),
    collector: createCollectorFigures(settings.otlpHttp, now),
    savedViews: createSmallState({ runner, table: SAVED_VIEWS, rows: savedViews, now }),
    retentionRules: createSmallState({ runner, table: RETENTION_RULES, rows: storedRetention, now }),
    metrics: metrics.registry,
  }
  const hosts = isOpen ? NAMELESS_HOSTS : LOOPBACK_HOSTS
  const app = createApp({ services, log, hosts, answered: metrics.answered })
  const server = createHttpServer(app, (status) => metrics.answered('', status))
  const webSocket = acceptWebSockets(server, { live, hosts })
  const address = await listen(server, settings.apiAddress, 'RUNLENS_API')
  return {
    address,
    stop: async () => {
      live.stop()
      webSocket.stop()
      await close(server)
      await client.close()
    },
  }
}

/** Where the collector takes OTLP/HTTP, seen from here: an address that means every interface is reached through loopback. */
function collectorUrl({ api, otlpHttp }: QueryApiSettings): string {
  if (api.collectorUrl !== 'auto') return api.collectorUrl.replace(/\/$/, '')
  const host = otlpHttp.host === '0.0.0.0' ? '127.0.0.1' : otlpHttp.host === '::' ? '::1' : otlpHttp.host
  return `http://${formatAddress({ ...otlpHttp, host })}`
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

/** There is no authentication yet, so whoever reaches the server may read everything. */
function openAddressRefused(address: Address): RunlensError {
  return new RunlensError(
    'address_invalid',
    `RUNLENS_API is ${formatAddress(address)}, but without authentication the API listens on loopback only`,
    'Set RUNLENS_API to 127.0.0.1 and a port, and put a proxy that authenticates in front of it to reach it from elsewhere. Where everybody who reaches it may read everything: --insecure (RUNLENS_INSECURE=true).',
  )
}

/** Lets running requests end; connections that only wait are closed. */
function close(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    server.close((error) => (error ? reject(error) : resolve()))
    server.closeIdleConnections()
  })
}
