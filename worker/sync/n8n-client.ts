/**
 * The public API of an n8n server, as far as it is read here. Facts from its source (packages/cli/src/public-api/v1): the header `X-N8N-API-KEY`; lists of
 * at most 250 in descending order of ids, whose cursor holds the last id, so that what is new never moves a later page; executions that
 * run are left out. Validators of older versions refuse parameters that they do not know.
 */
import type { N8nSettings, Outgoing, OutgoingOutcome } from '@runlens/runtime'

/** Executions of a page, whole. */
export const PAGE_SIZE = 100
/** The most that the server gives at once. */
export const LIST_MAX = 250

export type N8nOutcome =
  | { kind: 'ok'; body: unknown }
  /** Another try may help. */
  | { kind: 'later'; message: string; retryAfterMs: number | undefined; status: number | undefined }
  /** No other try will help until somebody changes something. */
  | { kind: 'refused'; message: string }
  | { kind: 'not_found'; message: string }
  | { kind: 'too_large'; message: string }

export interface ListOptions {
  cursor: string
  limit: number
  withData: boolean
}

export interface N8nClient {
  executions(options: ListOptions, signal: AbortSignal): Promise<N8nOutcome>
  execution(id: string, signal: AbortSignal): Promise<N8nOutcome>
  workflows(cursor: string, signal: AbortSignal): Promise<N8nOutcome>
}

export interface N8nClientOptions {
  outgoing: Outgoing
  server: Pick<N8nSettings, 'url' | 'apiKey'>
  /** Of one answer. */
  bodyBytesMax: number
}

export function createN8nClient({ outgoing, server, bodyBytesMax }: N8nClientOptions): N8nClient {
  const get = async (path: string, query: Record<string, string>, signal: AbortSignal) => {
    const url = new URL(`${server.url}/api/v1/${path}`)
    for (const [name, value] of Object.entries(query)) if (value !== '') url.searchParams.set(name, value)
    const headers = { accept: 'application/json', 'x-n8n-api-key': server.apiKey?.reveal() ?? '' }
    return outcomeOf(await outgoing.get({ url, headers, bodyBytesMax, signal }), url)
  }
  return {
    executions: ({ cursor, limit, withData }, signal) =>
      get('executions', { limit: String(limit), includeData: String(withData), cursor }, signal),
    execution: (id, signal) => get(`executions/${encodeURIComponent(id)}`, { includeData: 'true' }, signal),
    workflows: (cursor, signal) => get('workflows', { limit: String(PAGE_SIZE), cursor }, signal),
  }
}

function outcomeOf(outcome: OutgoingOutcome, url: URL): N8nOutcome {
  if (outcome.kind === 'failed') {
    const { fault, message } = outcome
    if (fault === 'timeout' || fault === 'unreachable') return later(message)
    return fault === 'body_too_large' ? { kind: 'too_large', message } : { kind: 'refused', message }
  }
  const { status, headers, body } = outcome
  const where = `${url.host} answered ${status} to ${url.pathname}`
  if (status === 200) return parsed(body, where)
  if (status === 401) return refused(`${where}: the API key is wrong or has expired`)
  if (status === 403) return refused(`${where}: the API key lacks the right to list or read this`)
  if (status === 404) return { kind: 'not_found', message: where }
  if (status === 429 || status === 408 || status >= 500) {
    return { ...later(where), retryAfterMs: retryAfterMs(headers['retry-after']), status }
  }
  return refused(`${where}: ${messageOf(body)}`)
}

/** A proxy may answer 200 with a page of its own while the server starts. */
function parsed(body: Buffer, where: string): N8nOutcome {
  try {
    return { kind: 'ok', body: JSON.parse(body.toString('utf8')) as unknown }
  } catch {
    return later(`${where} with something that is not JSON; is this the address of an n8n server?`)
  }
}

const MESSAGE_MAX = 200

/** What the server says of its refusal. */
function messageOf(body: Buffer): string {
  const text = body.toString('utf8')
  try {
    const { message } = JSON.parse(text) as { message?: unknown }
    if (typeof message === 'string') return message.slice(0, MESSAGE_MAX)
  } catch {
    // Not JSON: the text itself.
  }
  return text.slice(0, MESSAGE_MAX)
}

function retryAfterMs(header: string | undefined): number | undefined {
  if (header === undefined) return undefined
  const wait = /^\d{1,6}$/.test(header) ? Number(header) * 1000 : Date.parse(header) - Date.now()
  return Number.isFinite(wait) && wait >= 0 ? wait : undefined
}

function refused(message: string): N8nOutcome {
  return { kind: 'refused', message }
}

function later(message: string): Extract<N8nOutcome, { kind: 'later' }> {
  return { kind: 'later', message, retryAfterMs: undefined, status: undefined }
}
