/** Puts the query API together: client, runner, app, server. Listens at once; ClickHouse may come later. */
import type { Server } from 'node:http'
import { isClosedByFile } from '@runlens/access'
import { createClickHouse } from '@runlens/clickhouse'
import {
  type Address,
  formatAddress,
  isLoopback,
  type Logger,
  listen,
  RunlensError,
  type Settings,
} from '@runlens/runtime'
import { createAccess } from './access/access.ts'
import { createApp } from './app.ts'
import { LOOPBACK_HOSTS, NAMELESS_HOSTS, unlessAsked } from './host.ts'
import { createHttpServer } from './http-server.ts'
import { createMetrics } from './metrics.ts'
import { createReadiness } from './readiness.ts'
import { createRunner } from './run.ts'

export type QueryApiSettings = Pick<
  Settings,
  'api' | 'apiAddress' | 'insecure' | 'worker' | 'mapping' | 'auth' | 'access' | 'quota' | 'secrets' | 'dataDir'
> & {
  clickhouseUrl: string
}

export interface QueryApi {
  address: Address
  stop: () => Promise<void>
}

/**
 * @param now the clock, milliseconds since the epoch
 * @throws RunlensError when the address can't be bound or is not a loopback one
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
  })
  metrics.watchPermits(runner.load)
  const services = {
    runner,
    now,
    spansPerTraceMax: settings.worker.spansPerTraceMax,
    payloadBytesMax: settings.mapping.payloadBytesMax,
    candidateTimeoutMs: settings.worker.candidateTimeoutMs,
    lostAfterMs: settings.api.lostAfterMs,
    notReady: createReadiness(runner, now),
    access,
    metrics: metrics.registry,
  }
  const hosts = unlessAsked(isOpen ? NAMELESS_HOSTS : LOOPBACK_HOSTS, () => access.authenticator.isRequired)
  const app = createApp({ services, log, hosts, answered: metrics.answered })
  const server = createHttpServer(app, (status) => metrics.answered('', status))
  const address = await listen(server, settings.apiAddress, 'RUNLENS_API')
  return {
    address,
    stop: async () => {
      await close(server)
      await access.stop()
      await client.close()
    },
  }
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
