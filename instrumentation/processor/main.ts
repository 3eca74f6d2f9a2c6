/**
 * The span processor alone, for programs that set OpenTelemetry's SDK up themselves: give it to `spanProcessors` instead of a batch
 * processor with an exporter, or beside it.
 */
import { diag } from '@opentelemetry/api'
import { hub } from '../hub.ts'
import { createProcessor } from '../sdk/create-processor.ts'
import { readEnvironment } from '../sdk/environment.ts'
import type { ProcessorSettings } from '../sdk/options.ts'
import type { RunlensSpanProcessor } from '../sdk/processor.ts'

export type { ProcessorSettings } from '../sdk/options.ts'
export type { ProcessorStats, RunlensSpanProcessor } from '../sdk/processor.ts'
export type { Counters } from '../sdk/send/counters.ts'

/** Reads `OTEL_EXPORTER_OTLP_*` and `OTEL_BSP_*`; options win where they say so. The SDK that it is given to shuts it down. */
export function runlensSpanProcessor(options: ProcessorSettings = {}): RunlensSpanProcessor {
  const settings = readEnvironment(process.env, options)
  for (const fault of settings.faults) diag.warn(`Runlens: ${fault}`)
  const processor = createProcessor(settings, options)
  hub.sending = processor
  return processor
}
