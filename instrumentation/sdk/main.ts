/**
 * The SDK half: `startRunlens` sets OpenTelemetry's Node SDK up so that executions are sent to a collector while they run and
 * when they end. Needs `@opentelemetry/sdk-node`, of the 2.x or the 3.x line. Nothing here throws into the application.
 */
import { diag, trace } from '@opentelemetry/api'
import { NodeSDK, type NodeSDKConfiguration } from '@opentelemetry/sdk-node'
import { type Delivered, hub, noteFault } from '../hub.ts'
import { createProcessor } from './create-processor.ts'
import { endOpenSpans } from './end-open.ts'
import { type Environment, readEnvironment } from './environment.ts'
import { sayLastWords } from './last-words/say.ts'
import { watchForTheEnd } from './lifecycle.ts'
import { autoInstrumentations, resourcesPackage } from './optional-packages.ts'
import { DEFAULTS, type RunlensOptions } from './options.ts'
import type { ProcessorStats, RunlensSpanProcessor } from './processor.ts'
import { createIdGenerator } from './random-ids.ts'
import { parentBasedAlwaysOn } from './sampler.ts'
import type { Target } from './send/transport.ts'
import { nearestPackageName } from './service-name.ts'

export type { RunlensOptions } from './options.ts'
export type { Counters } from './send/counters.ts'

export interface RunlensStats extends Partial<ProcessorStats> {
  /** Faults inside of this package that were kept from the application. */
  faults: number
  /** '' if there never was one. */
  lastFault: string
}

export interface Runlens {
  /** Whether anything is recorded and sent. */
  readonly isRunning: boolean
  stats(): RunlensStats
  /** Sends everything recorded so far; tells whether it was acknowledged within `timeoutMs`. Never rejects. */
  flush(timeoutMs?: number): Promise<Delivered>
  /** Sends what is left and stops. Never rejects. */
  shutdown(): Promise<void>
}

let running: Runlens | undefined

/** Starts once; later calls give what the first one started. Reads `OTEL_*` variables; options win where they say so. */
export function startRunlens(options: RunlensOptions = {}): Runlens {
  running ??= start(options, process.env)
  return running
}

function start(options: RunlensOptions, env: Environment): Runlens {
  try {
    if (env.OTEL_SDK_DISABLED?.trim().toLowerCase() === 'true') return idle()
    return startSending(options, env)
  } catch (error) {
    noteFault(error)
    diag.error('Runlens could not start: nothing is recorded', error)
    return idle()
  }
}

function startSending(options: RunlensOptions, env: Environment): Runlens {
  const settings = readEnvironment(env, options)
  for (const fault of settings.faults) diag.warn(`Runlens: ${fault}`)
  if (settings.sender === 'sdk') {
    diag.warn(`Runlens leaves sending to the OpenTelemetry SDK (${settings.why}): executions show when they end`)
  }
  const flushTimeoutMs = options.flushTimeoutMs ?? DEFAULTS.flushTimeoutMs
  const processor = settings.sender === 'own' ? createProcessor(settings, options) : undefined
  const sdk = new NodeSDK(sdkConfiguration(options, env, processor))
  const before = currentProvider()
  sdk.start()
  if (processor !== undefined && currentProvider() === before) {
    diag.warn('Another OpenTelemetry SDK is running: give it the span processor of @runlens/instrumentation/processor')
    void sdk.shutdown().catch(noteFault)
    return idle()
  }
  hub.sending = processor
  const unwatch =
    processor && (options.flushAtEnd ?? true) ? watch(processor, settings.traces, flushTimeoutMs) : () => {}
  return {
    isRunning: true,
    stats: () => ({ ...processor?.stats(), faults: hub.faults, lastFault: hub.lastFault }),
    flush: async (timeoutMs = flushTimeoutMs) =>
      processor ? processor.deliver(timeoutMs) : { kind: 'unknown', why: settings.why },
    shutdown: async () => {
      unwatch()
      hub.sending = undefined
      await sdk.shutdown().catch(noteFault)
    },
  }
}

/** Who makes spans, behind the API's proxy. */
function currentProvider(): unknown {
  const provider = trace.getTracerProvider() as { getDelegate?: () => unknown }
  return provider.getDelegate?.() ?? provider
}

function sdkConfiguration(options: RunlensOptions, env: Environment, processor: RunlensSpanProcessor | undefined) {
  const { instrumentations = 'auto', serviceName, environment } = options
  const { defaultResource, resourceFromAttributes } = resourcesPackage()
  const name = nearestPackageName(process.argv[1])
  const own = {
    ...(name === undefined ? {} : { 'service.name': name }),
    ...(environment === undefined ? {} : { 'deployment.environment.name': environment }),
  }
  const list =
    instrumentations === 'auto' ? autoInstrumentations() : instrumentations === 'none' ? [] : instrumentations
  return {
    resource: defaultResource().merge(resourceFromAttributes(own)),
    instrumentations: [...list],
    idGenerator: createIdGenerator(),
    // A sampler of the environment is the SDK's to make.
    ...(env.OTEL_TRACES_SAMPLER ? {} : { sampler: parentBasedAlwaysOn }),
    ...(serviceName === undefined ? {} : { serviceName }),
    ...(processor === undefined ? {} : { spanProcessors: [processor] }),
    // Runlens stores no metrics: they are sent when somebody asks for them.
    ...(env.OTEL_METRICS_EXPORTER ? {} : { metricReaders: [] }),
  } as unknown as Partial<NodeSDKConfiguration>
}

function watch(processor: RunlensSpanProcessor, target: Target, timeoutMs: number): () => void {
  return watchForTheEnd({
    timeoutMs,
    hasPending: () => processor.pendingSpans > 0,
    flush: async (ms) => (await processor.deliver(ms)).kind !== 'pending',
    endOpen: (end) => endOpenSpans(processor.openSpans(), end),
    flushNow: (ms) => void sayLastWords(target, processor.takeSpans(), ms),
  })
}

function idle(): Runlens {
  return {
    isRunning: false,
    stats: () => ({ faults: hub.faults, lastFault: hub.lastFault }),
    flush: async () => ({ kind: 'unknown', why: 'nothing is recorded' }),
    shutdown: async () => {},
  }
}
