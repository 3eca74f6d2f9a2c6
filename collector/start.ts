/** Puts the collector together: pipeline first, doors last; and takes it apart the other way round. */
import { join } from 'node:path'
import { createClickHouse } from '@runlens/clickhouse'
import { createSpanMapper, loadProfiles } from '@runlens/mapping'
import { LOGS, METRICS, TRACES } from '@runlens/otlp'
import {
  encryptionKeys,
  formatAddress,
  type Logger,
  type RunningProcess,
  type Settings,
  TextCipher,
} from '@runlens/runtime'
import { createAdmission } from './admission.ts'
import { createCollectorRegistry } from './metrics.ts'
import { createPipeline, type Pipeline } from './pipeline.ts'
import { createReceiverCounters } from './receivers/counters.ts'
import { type Receivers, startReceivers } from './receivers/index.ts'
import { createReceiver, type Service } from './receivers/receiver.ts'
import { Sealer } from './redaction/sealer.ts'
import { createSenderAccess, type SenderAccess } from './sender-access.ts'

/** Requests in flight at the end get this long; what is still there is cut and its sender comes back. */
const GRACE_MS = 8_000
/** The writer gets this long to empty the spool; what is left is written at the next start. */
const DRAIN_MS = 8_000

/**
 * Starts taking OTLP. ClickHouse need not be there: what is accepted waits in the spool.
 * @throws RunlensError `config_invalid` for mapping profiles with faults, `spool_in_use`, `port_in_use`, `address_invalid`
 */
export async function startCollector(settings: Settings, log: Logger): Promise<RunningProcess> {
  const profiles = loadProfiles(settings.mapping.profiles)
  const url = settings.clickhouseUrl ?? `http://${formatAddress(settings.clickhouseAddress)}/runlens`
  const client = createClickHouse({ url, dataDir: settings.dataDir, application: 'runlens-collector' })
  const senders = createSenderAccess(settings, client, log)
  const pipeline = await createPipeline({
    directory: join(settings.dataDir, 'spool'),
    client,
    mapper: createSpanMapper({ roots: settings.mapping.roots, profiles }),
    limits: settings.otlp,
    redaction: settings.redaction,
    ...sealing(settings, log),
    spool: settings.spool,
    writer: settings.writer,
    log,
  })
  senders.start()
  const close = async (drainMs: number) => {
    await pipeline.stop(drainMs)
    await senders.stop()
    await client.close()
  }
  const receivers = await openDoors(settings, log, pipeline, senders).catch(async (error: unknown) => {
    await close(0)
    throw error
  })
  return {
    listen: { grpc: formatAddress(receivers.bound.grpc), http: formatAddress(receivers.bound.http) },
    async stop() {
      await receivers.stop(GRACE_MS)
      await close(DRAIN_MS)
    },
  }
}

/** Nothing without keys. */
function sealing({ encryption, secrets }: Settings, log: Logger): { sealer?: Sealer } {
  const cipher = new TextCipher(encryptionKeys(encryption, secrets))
  if (cipher.keyId === undefined) return {}
  log.info({ key: cipher.keyId }, 'texts are encrypted before they are stored')
  return { sealer: new Sealer(cipher, encryption) }
}

function openDoors(
  settings: Settings,
  log: Logger,
  pipeline: Pipeline,
  { authenticate, ring, rates }: SenderAccess,
): Promise<Receivers> {
  const { otlp } = settings
  const admission = createAdmission(otlp)
  const registry = createCollectorRegistry({
    stats: () => pipeline.stats(),
    admission,
    ring,
    spoolBytesMax: settings.spool.bytesMax,
  })
  const receiver = createReceiver({
    admission,
    authenticate,
    ...(rates ? { rates } : {}),
    bodyBytesMax: otlp.bodyBytesMax,
    log,
  })
  return startReceivers(
    { grpc: settings.otlpGrpc, http: settings.otlpHttp },
    {
      receiver,
      services: servicesOf(pipeline),
      counters: createReceiverCounters(registry),
      retryAfterSeconds: otlp.retryAfterSeconds,
      pages: { registry, notReady: () => (receiver.refusesAll() ? 'stopping' : undefined) },
    },
  )
}

function servicesOf(pipeline: Pipeline): Service[] {
  return [
    { signal: TRACES, accept: (body, encoding, tenant) => pipeline.accept(body, tenant, encoding, 'spans') },
    { signal: LOGS, accept: (body, encoding, tenant) => pipeline.accept(body, tenant, encoding, 'logs') },
    { signal: METRICS, accept: (body, encoding, tenant) => pipeline.accept(body, tenant, encoding, 'points') },
  ]
}
