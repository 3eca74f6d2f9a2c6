/**
 * Requests to servers outside the stack. A name is resolved once, its addresses are checked, and the connection goes to one of the checked addresses: a
 * name that is resolved to something else a moment later changes nothing. Redirects are never followed.
 */
import { lookup } from 'node:dns/promises'
import { type ClientRequest, Agent as HttpAgent, type IncomingMessage, request as requestHttp } from 'node:http'
import { Agent as HttpsAgent, request as requestHttps } from 'node:https'
import { isIP, type LookupFunction } from 'node:net'
import { systemErrorCode } from '../errors.ts'
import { AddressRules } from './address-rules.ts'

export interface ResolvedAddress {
  address: string
  family: number
}

export interface OutgoingOptions {
  /** What may be reached although it is private: networks, addresses, host names. */
  allowPrivate: readonly string[]
  /** From the first look at the name to the last byte of the answer. */
  timeoutMs: number
  /** Connections to one server at once. Default 4. */
  connectionsMax?: number
  /** Default: the system's. */
  resolve?: (host: string) => Promise<readonly ResolvedAddress[]>
}

export interface OutgoingRequest {
  url: URL
  headers: Readonly<Record<string, string>>
  /** A longer answer is given up. */
  bodyBytesMax: number
  signal: AbortSignal
}

export type OutgoingFault =
  /** Neither `http:` nor `https:`. */
  | 'scheme_refused'
  /** The name leads to private addresses only, and nobody let them in. */
  | 'address_refused'
  | 'redirect_refused'
  | 'body_too_large'
  /** Compressed, although that was not asked for. */
  | 'encoding_refused'
  | 'timeout'
  /** The name is unknown, nobody listens, the connection broke. */
  | 'unreachable'

export type OutgoingOutcome =
  | { kind: 'answer'; status: number; headers: IncomingMessage['headers']; body: Buffer }
  /** `message` is for people and holds no header of the request. */
  | { kind: 'failed'; fault: OutgoingFault; message: string }

export interface Outgoing {
  /**
   * GET.
   * @throws the signal's reason when that is aborted, nothing else
   */
  get(request: OutgoingRequest): Promise<OutgoingOutcome>
  /** Closes idle connections. */
  close(): void
}

const HEADERS_BYTES_MAX = 32 * 1024

export function createOutgoing(options: OutgoingOptions): Outgoing {
  const rules = new AddressRules(options.allowPrivate)
  const sockets = { keepAlive: true, maxSockets: options.connectionsMax ?? 4, timeout: options.timeoutMs }
  const agents = { http: new HttpAgent(sockets), https: new HttpsAgent(sockets) }
  const resolve = options.resolve ?? ((host) => lookup(host, { all: true }))
  return {
    get: async (request) => {
      const timeout = AbortSignal.timeout(options.timeoutMs)
      const signal = AbortSignal.any([request.signal, timeout])
      try {
        return await get(request, signal, rules, agents, resolve)
      } catch (error) {
        request.signal.throwIfAborted()
        if (timeout.aborted)
          return failed('timeout', `${request.url.host} gave no whole answer in ${options.timeoutMs} ms`)
        return failed('unreachable', `${request.url.host} can not be reached: ${reason(error)}`)
      }
    },
    close: () => {
      agents.http.destroy()
      agents.https.destroy()
    },
  }
}

async function get(
  { url, headers, bodyBytesMax }: OutgoingRequest,
  signal: AbortSignal,
  rules: AddressRules,
  agents: { http: HttpAgent; https: HttpsAgent },
  resolve: NonNullable<OutgoingOptions['resolve']>,
): Promise<OutgoingOutcome> {
  const isTls = url.protocol === 'https:'
  if (!isTls && url.protocol !== 'http:') return failed('scheme_refused', `${url.protocol} is not spoken here`)
  const host = url.hostname.replace(/^\[|\]$/g, '')
  const family = isIP(host)
  const known = family === 0 ? await aborted(resolve(host), signal) : [{ address: host, family }]
  const allowed = known.filter(({ address }) => rules.allows(host, address))
  if (allowed.length === 0) return addressRefused(host, known)
  const sent = (isTls ? requestHttps : requestHttp)(url, {
    agent: isTls ? agents.https : agents.http,
    headers: { ...headers, 'accept-encoding': 'identity' },
    lookup: lookupOf(allowed),
    maxHeaderSize: HEADERS_BYTES_MAX,
    signal,
  })
  const response = await answered(sent)
  const refused = refusalOf(response, url, bodyBytesMax)
  if (refused) {
    response.destroy()
    return refused
  }
  const body = await readBody(response, bodyBytesMax)
  if (body === undefined) return tooLarge(url, bodyBytesMax)
  return { kind: 'answer', status: response.statusCode ?? 0, headers: response.headers, body }
}

/** Answers with what was checked, whatever is asked. */
function lookupOf(addresses: readonly ResolvedAddress[]): LookupFunction {
  return (_host, { all }, callback) => {
    const [first] = addresses
    if (all) callback(null, [...addresses])
    else callback(null, first!.address, first!.family)
  }
}

function answered(request: ClientRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    request.once('response', resolve)
    request.once('error', reject)
    request.end()
  })
}

function refusalOf(response: IncomingMessage, url: URL, bodyBytesMax: number): OutgoingOutcome | undefined {
  const { statusCode = 0, headers } = response
  if (statusCode >= 300 && statusCode < 400) {
    return failed(
      'redirect_refused',
      `${url.host} answered ${statusCode} and leads elsewhere; name the address that answers by itself`,
    )
  }
  if ((headers['content-encoding'] ?? 'identity') !== 'identity') {
    return failed('encoding_refused', `${url.host} compresses its answers although that was not asked for`)
  }
  return Number(headers['content-length'] ?? 0) > bodyBytesMax ? tooLarge(url, bodyBytesMax) : undefined
}

async function readBody(response: IncomingMessage, bytesMax: number): Promise<Buffer | undefined> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length
    // Leaving the loop ends the connection.
    if (bytes > bytesMax) return undefined
    chunks.push(chunk)
  }
  return Buffer.concat(chunks, bytes)
}

/** A look at a name can't be stopped, but nobody needs to wait for it. */
function aborted<T>(task: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason as Error)
    if (signal.aborted) return stop()
    signal.addEventListener('abort', stop, { once: true })
    task.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop))
  })
}

function addressRefused(host: string, addresses: readonly ResolvedAddress[]): OutgoingOutcome {
  const told = addresses.map(({ address }) => address).join(', ')
  const what = told === host || told === '' ? host : `${host} (${told})`
  return failed(
    'address_refused',
    `${what} is not a public address; name it in outgoing.allowPrivate to let it be reached`,
  )
}

function tooLarge(url: URL, bytesMax: number): OutgoingOutcome {
  return failed('body_too_large', `${url.host} answered with more than ${bytesMax} bytes`)
}

function failed(fault: OutgoingFault, message: string): OutgoingOutcome {
  return { kind: 'failed', fault, message }
}

function reason(error: unknown): string {
  return systemErrorCode(error) ?? (error instanceof Error ? error.message : String(error))
}
