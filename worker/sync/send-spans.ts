/** Hands spans to the collector in OTLP/JSON, as any sender does: what it answers with success is on its disk. */
import type { Later } from './ask-again.ts'
import type { OtlpAttribute, OtlpSpan } from './execution-spans.ts'

export interface SendSpansOptions {
  /** `http://host:port` of the collector's OTLP/HTTP. */
  collectorUrl: string
  /** Headers that name the tenant to the collector. */
  headersFor: (tenant: string) => Readonly<Record<string, string>>
}

export type SendOutcome =
  /** `rejected`: spans that the collector will never take, and why. */
  { kind: 'stored'; rejected: number; message: string } | { kind: 'refused'; message: string } | Later

/** One request. */
export type SendSpans = (
  tenant: string,
  resource: readonly OtlpAttribute[],
  spans: readonly OtlpSpan[],
  signal: AbortSignal,
) => Promise<SendOutcome>

/** Of one request; a request is kept small enough for any collector. */
const SPANS_MAX = 2_000
const BYTES_MAX = 2 * 1024 * 1024
const TIMEOUT_MS = 30_000
const SCOPE = { name: 'n8n-workflow' }

export function createSendSpans({ collectorUrl, headersFor }: SendSpansOptions): SendSpans {
  return async (tenant, resource, spans, signal) => {
    const scopeSpans = [{ scope: SCOPE, spans }]
    const body = JSON.stringify({ resourceSpans: [{ resource: { attributes: resource }, scopeSpans }] })
    try {
      const response = await fetch(`${collectorUrl}/v1/traces`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headersFor(tenant) },
        body,
        redirect: 'error',
        signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
      })
      return outcomeOf(response, await response.text())
    } catch (error) {
      signal.throwIfAborted()
      return {
        kind: 'later',
        message: `the collector can not be reached: ${(error as Error).message}`,
        retryAfterMs: undefined,
      }
    }
  }
}

/** Spans in as few requests as their bounds allow; those of one execution stay together where they can. */
export function inRequests(executions: readonly (readonly OtlpSpan[])[]): OtlpSpan[][] {
  const requests: OtlpSpan[][] = []
  let current: OtlpSpan[] = []
  let bytes = 0
  const close = () => {
    if (current.length > 0) requests.push(current)
    current = []
    bytes = 0
  }
  for (const spans of executions) {
    const sizes = spans.map((span) => JSON.stringify(span).length)
    const size = sizes.reduce((sum, one) => sum + one, 0)
    if (current.length + spans.length > SPANS_MAX || bytes + size > BYTES_MAX) close()
    for (const [n, span] of spans.entries()) {
      if (current.length === SPANS_MAX || (current.length > 0 && bytes + sizes[n]! > BYTES_MAX)) close()
      current.push(span)
      bytes += sizes[n]!
    }
  }
  close()
  return requests
}

function outcomeOf(response: Response, text: string): SendOutcome {
  const { status } = response
  if (response.ok) return { kind: 'stored', ...rejectedOf(text) }
  const message = `the collector answered ${status}: ${text.slice(0, 200)}`
  if (status !== 429 && status < 500) return { kind: 'refused', message }
  const seconds = Number(response.headers.get('retry-after') ?? Number.NaN)
  return { kind: 'later', message, retryAfterMs: Number.isFinite(seconds) ? seconds * 1000 : undefined }
}

function rejectedOf(text: string): { rejected: number; message: string } {
  try {
    const { partialSuccess } = JSON.parse(text) as {
      partialSuccess?: { rejectedSpans?: unknown; errorMessage?: unknown }
    }
    return { rejected: Number(partialSuccess?.rejectedSpans ?? 0), message: String(partialSuccess?.errorMessage ?? '') }
  } catch {
    return { rejected: 0, message: '' }
  }
}
