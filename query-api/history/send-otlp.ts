/** Hands OTLP to the collector, as durable there as any span: an answer of success means that it is on disk. */
import { ProblemError } from '../problem.ts'
import type { OtlpExport } from './run-otlp.ts'

export interface SendOtlpOptions {
  /** `http://host:port` of the collector's OTLP/HTTP. */
  collectorUrl: string
  /** Headers that name the tenant to the collector. */
  headersFor: (tenant: string) => Readonly<Record<string, string>>
}

export type SendOtlp = (tenant: string, payload: OtlpExport, signal: AbortSignal) => Promise<void>

const TIMEOUT_MS = 5_000
const RETRY_AFTER_SECONDS = 2

/** @throws ProblemError `collector_down`, `collector_busy`, `internal_error` */
export function createSendOtlp({ collectorUrl, headersFor }: SendOtlpOptions): SendOtlp {
  return async (tenant, { path, body }, signal) => {
    const response = await post(collectorUrl + path, JSON.stringify(body), headersFor(tenant), signal)
    const text = await response.text()
    if (response.ok && !isRejected(text)) return
    if (response.status === 429 || response.status === 503) {
      const told = Number(response.headers.get('retry-after') ?? RETRY_AFTER_SECONDS)
      const retryAfterSeconds = Number.isFinite(told) ? told : RETRY_AFTER_SECONDS
      throw new ProblemError('collector_busy', 'Nothing was written; send the request again.', { retryAfterSeconds })
    }
    throw new ProblemError('internal_error', 'The log of the server says more under this request id.', {
      cause: new Error(`the collector answered ${response.status}: ${text.slice(0, 500)}`),
    })
  }
}

async function post(url: string, body: string, headers: Readonly<Record<string, string>>, signal: AbortSignal) {
  try {
    return await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body,
      redirect: 'error',
      signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
    })
  } catch (cause) {
    const detail =
      'Nothing may have been written; look whether it was, and send the request again once the collector runs.'
    throw new ProblemError('collector_down', detail, { cause, retryAfterSeconds: RETRY_AFTER_SECONDS })
  }
}

/** A partial success with anything rejected. */
function isRejected(text: string): boolean {
  try {
    const { partialSuccess } = JSON.parse(text) as { partialSuccess?: Record<string, unknown> }
    return Number(partialSuccess?.rejectedSpans ?? partialSuccess?.rejectedLogRecords ?? 0) > 0
  } catch {
    return false
  }
}
