/** The ways in which the program of this benchmark records its steps. Each is set up in a process of its own. */
import { context, trace } from '@opentelemetry/api'
import type { SpanProcessor } from '@opentelemetry/sdk-trace'

/** Does `count` steps, giving the event loop a turn after every `perTurn`. */
export type Work = (count: number, turn: (done: number) => Promise<void> | undefined) => Promise<void>

export interface Variant {
  work: Work
  /** Resolves when everything that was recorded was sent. */
  sent(): Promise<void>
}

export const VARIANTS = {
  /** The same loop with no tracing at all: what the machine does by itself. */
  nothing: async (): Promise<Variant> => ({
    work: async (count, turn) => {
      for (let at = 0; at < count; at++) {
        await plain(at)
        await turn(at)
      }
    },
    sent: async () => {},
  }),
  /** OpenTelemetry's SDK alone: spans are made and thrown away. */
  'bare span': async () => {
    const { NoopSpanProcessor } = await import('@opentelemetry/sdk-trace')
    return withSdk(new NoopSpanProcessor())
  },
  /** OpenTelemetry's own way of sending them. */
  'stock batch processor': async () => {
    const { BatchSpanProcessor } = await import('@opentelemetry/sdk-trace')
    const { OTLPTraceExporter } = await import('@opentelemetry/exporter-trace-otlp-proto')
    // Queue and requests at once are large enough that nothing is dropped, which would be cheaper.
    const exporter = new OTLPTraceExporter({ concurrencyLimit: 10_000 })
    return withSdk(new BatchSpanProcessor({ exporter, maxQueueSize: 1_000_000 }))
  },
  '@runlens/instrumentation': async (): Promise<Variant> => {
    const { startRunlens } = await import('@runlens/instrumentation/sdk')
    const { withExecution } = await import('@runlens/instrumentation')
    const runlens = startRunlens({ instrumentations: 'none', serviceName: 'bench' })
    return {
      work: (count, turn) =>
        withExecution({ workflow: 'bench' }, async (execution) => {
          for (let at = 0; at < count; at++) {
            await execution.step('collect', async (step) => {
              step.setAttribute('order.id', at)
              await plain(at)
            })
            await turn(at)
          }
        }),
      sent: async () => {
        await runlens.flush(10_000)
        const { spans } = runlens.stats()
        if (spans?.acknowledged !== spans?.recorded) throw new Error(`not everything arrived: ${JSON.stringify(spans)}`)
      },
    }
  },
} satisfies Record<string, () => Promise<Variant>>

export type VariantName = keyof typeof VARIANTS

async function withSdk(processor: SpanProcessor): Promise<Variant> {
  const { NodeSDK } = await import('@opentelemetry/sdk-node')
  new NodeSDK({ spanProcessors: [processor], metricReaders: [], serviceName: 'bench' }).start()
  const tracer = trace.getTracer('bench')
  return {
    work: async (count, turn) => {
      for (let at = 0; at < count; at++) {
        const span = tracer.startSpan('collect', { attributes: { 'runlens.step.name': 'collect' } })
        await context.with(trace.setSpan(context.active(), span), async () => {
          span.setAttribute('order.id', at)
          await plain(at)
          span.end()
        })
        await turn(at)
      }
    },
    sent: () => processor.forceFlush(),
  }
}

async function plain(at: number): Promise<number> {
  return at
}
