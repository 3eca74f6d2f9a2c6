/** Traces made by hand for tests: OTLP/JSON spans with known ids, and ways to cut them into requests. */
import { createHash } from 'node:crypto'
import { PATIENCE_MS } from './patience.ts'

export interface OtlpAttribute {
  key: string
  value: { stringValue?: string; intValue?: string | number; boolValue?: boolean; doubleValue?: number }
}

export interface OtlpSpan {
  traceId: string
  spanId: string
  parentSpanId?: string
  name: string
  kind: number
  startTimeUnixNano: string
  endTimeUnixNano: string
  attributes: OtlpAttribute[]
  status?: { code: number; message?: string }
}

/** Hex id of `bytes` bytes that follows from its name. */
export function idOf(name: string, bytes: 8 | 16): string {
  return createHash('sha256')
    .update(name)
    .digest('hex')
    .slice(0, bytes * 2)
}

export const text = (key: string, stringValue: string): OtlpAttribute => ({ key, value: { stringValue } })
export const int = (key: string, intValue: number): OtlpAttribute => ({ key, value: { intValue: String(intValue) } })

/** Wraps spans of one service as an ExportTraceServiceRequest. */
export function exportRequest(spans: readonly OtlpSpan[], service = 'e2e'): object {
  return {
    resourceSpans: [
      {
        resource: { attributes: [text('service.name', service)] },
        scopeSpans: [{ scope: { name: 'runlens.test' }, spans }],
      },
    ],
  }
}

export interface NativeRun {
  executionId: string
  traceId: string
  spans: OtlpSpan[]
  /** As the execution must come out. */
  status: 'success' | 'error'
  steps: number
}

/**
 * One execution in the native contract: an entry and `steps` steps below it, the last of which fails where `failed`.
 * Everything follows from `name` and `startMs`.
 */
export function nativeRun(name: string, startMs: number, steps: number, failed = false): NativeRun {
  const traceId = idOf(`${name} trace`, 16)
  const entryId = idOf(`${name} entry`, 8)
  const nanos = (ms: number) => `${BigInt(Math.round(ms)) * 1_000_000n}`
  const stepSpans = Array.from({ length: steps }, (_, index): OtlpSpan => {
    const bad = failed && index === steps - 1
    return {
      traceId,
      spanId: idOf(`${name} step ${index}`, 8),
      parentSpanId: entryId,
      name: `step ${index}`,
      kind: 1,
      startTimeUnixNano: nanos(startMs + 1 + index * 10),
      endTimeUnixNano: nanos(startMs + 9 + index * 10),
      attributes: [text('runlens.step.name', `step ${index}`), ...(bad ? [text('error.type', 'PaymentError')] : [])],
      status: bad ? { code: 2, message: 'card declined' } : { code: 1 },
    }
  })
  const entry: OtlpSpan = {
    traceId,
    spanId: entryId,
    name: 'run',
    kind: 1,
    startTimeUnixNano: nanos(startMs),
    endTimeUnixNano: nanos(startMs + 10 + steps * 10),
    attributes: [
      text('runlens.execution.id', name),
      text('runlens.execution.kind', 'workflow'),
      text('runlens.workflow.id', 'e2e-flow'),
      text('runlens.workflow.name', 'e2e flow'),
    ],
    status: failed ? { code: 2 } : { code: 1 },
  }
  return { executionId: name, traceId, spans: [...stepSpans, entry], status: failed ? 'error' : 'success', steps }
}

/** A look costs what is looked at as much as it costs the looker: what takes long is looked at less often. */
const LOOK_EVERY_MS = 50
const LOOK_EVERY_MS_MAX = 400

/** Repeats `check` until it passes or the time is over; then the last failure is thrown. */
export async function eventually<T>(check: () => Promise<T>, timeoutMs = PATIENCE_MS): Promise<T> {
  const deadline = performance.now() + timeoutMs
  for (let pauseMs = LOOK_EVERY_MS; ; pauseMs = Math.min(pauseMs * 1.5, LOOK_EVERY_MS_MAX)) {
    try {
      return await check()
    } catch (error) {
      if (performance.now() > deadline) throw error
      await new Promise((resolve) => setTimeout(resolve, pauseMs))
    }
  }
}
