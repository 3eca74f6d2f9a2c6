/** Raw senders over both transports: they show everything that came back, and hide nothing behind a library's manners. */
import { type Agent, request as httpRequest, type IncomingHttpHeaders } from 'node:http'
import { connect, type IncomingHttpHeaders as Http2Headers } from 'node:http2'
import { gunzipSync, gzipSync } from 'node:zlib'
import { Client, compressionAlgorithms, credentials, Metadata, type ServiceError } from '@grpc/grpc-js'
import { type OtlpEncoding, type Signal, TRACES } from '@runlens/otlp'
import { type ReadStatus, readResponse, readStatus } from './payload.ts'

export const MEDIA_TYPE = { protobuf: 'application/x-protobuf', json: 'application/json' }

export interface HttpAnswer {
  status: number
  headers: IncomingHttpHeaders
  /** As it came. */
  raw: Buffer
  /** Inflated. */
  body: Buffer
}

export interface HttpCall {
  method?: string
  path?: string
  headers?: Record<string, string>
  body?: Buffer | string
  agent?: Agent
}

/** One HTTP request with exactly these headers. */
export function http(address: string, call: HttpCall = {}): Promise<HttpAnswer> {
  const { method = 'POST', path = TRACES.path, headers = {}, body = '', agent } = call
  const [host, port] = splitAddress(address)
  return new Promise((resolve, reject) => {
    const sent = httpRequest({ host, port, method, path, headers, agent }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk) => chunks.push(chunk))
      response.on('error', reject)
      response.on('end', () => {
        const raw = Buffer.concat(chunks)
        const body = response.headers['content-encoding'] === 'gzip' && raw.length > 0 ? gunzipSync(raw) : raw
        resolve({ status: response.statusCode ?? 0, headers: response.headers, raw, body })
      })
    })
    sent.on('error', reject)
    sent.end(body)
  })
}

export function splitAddress(address: string): [string, number] {
  const at = address.lastIndexOf(':')
  return [address.slice(0, at), Number(address.slice(at + 1))]
}

export interface GrpcAnswer {
  code: number
  message: string
  /** The answer's message, where the call succeeded. */
  body: Buffer | undefined
  /** Of `grpc-status-details-bin`. */
  status: ReadStatus | undefined
}

/** A client of any method that sends and gives raw bytes. */
export class GrpcSender {
  private readonly client: Client

  constructor(address: string, options: { gzip?: boolean } = {}) {
    this.client = new Client(address, credentials.createInsecure(), {
      'grpc.max_send_message_length': -1,
      'grpc.default_compression_algorithm': options.gzip ? compressionAlgorithms.gzip : compressionAlgorithms.identity,
      'grpc.use_local_subchannel_pool': 1,
    })
  }

  call(body: Buffer, path = TRACES.grpcPath, metadata = new Metadata()): Promise<GrpcAnswer> {
    const raw = (bytes: Buffer) => bytes
    return new Promise((resolve) => {
      this.client.makeUnaryRequest(path, raw, raw, body, metadata, (error: ServiceError | null, answer?: Buffer) => {
        const details = error?.metadata?.get('grpc-status-details-bin')[0] as Buffer | undefined
        resolve({
          code: error?.code ?? 0,
          message: error?.details ?? '',
          body: answer,
          status: details && readStatus('protobuf', details),
        })
      })
    })
  }

  close(): void {
    this.client.close()
  }
}

export interface RawAnswer {
  headers: Http2Headers
  trailers: Http2Headers
  body: Buffer
}

/** One HTTP/2 request with exactly these headers and bytes. */
export function rawCall(address: string, headers: Record<string, string>, body: Buffer): Promise<RawAnswer> {
  const session = connect(`http://${address}`)
  return new Promise((resolve, reject) => {
    session.on('error', reject)
    const stream = session.request({
      ':method': 'POST',
      ':path': TRACES.grpcPath,
      'content-type': 'application/grpc',
      te: 'trailers',
      ...headers,
    })
    const answer: RawAnswer = { headers: {}, trailers: {}, body: Buffer.alloc(0) }
    stream.on('response', (got) => Object.assign(answer, { headers: got }))
    stream.on('trailers', (got) => Object.assign(answer, { trailers: got }))
    stream.on('data', (chunk: Buffer) => Object.assign(answer, { body: Buffer.concat([answer.body, chunk]) }))
    stream.on('error', reject)
    stream.on('close', () => {
      session.close()
      resolve(answer)
    })
    // A GET is ended already.
    if (!stream.writableEnded) stream.end(body)
  })
}

/** What both transports say, in one form, so that one test can ask for the same thing of each. */
export interface Verdict {
  /** gRPC's status code, or HTTP's. */
  grpc?: number
  http?: number
  /** Undefined for full success and for failures. */
  partial: { rejected: number; message: string } | undefined
  /** google.rpc.Status, for failures. */
  status: ReadStatus | undefined
  /** Of the answer, over HTTP. */
  mediaType?: string | undefined
  /** HTTP's Retry-After, or RetryInfo over gRPC. */
  retryAfterSeconds: number | undefined
}

export interface SendOptions {
  headers?: Record<string, string>
  /** Where to, by either transport; default: traces. */
  to?: { path: string; grpcPath: string }
  /** Whose answer it is; default: traces. */
  signal?: Signal
}

export const WAY_NAMES = [
  'gRPC',
  'gRPC, gzip',
  'HTTP, protobuf',
  'HTTP, protobuf, gzip',
  'HTTP, json',
  'HTTP, json, gzip',
] as const
export type WayName = (typeof WAY_NAMES)[number]

/** One of the ways that OTLP comes in: transport, encoding, compression. */
export interface Way {
  name: WayName
  transport: 'grpc' | 'http'
  encoding: OtlpEncoding
  gzip: boolean
  send: (addresses: { grpc: string; http: string }, body: Buffer, options?: SendOptions) => Promise<Verdict>
}

export const WAYS: Way[] = [
  grpcWay('gRPC', false),
  grpcWay('gRPC, gzip', true),
  httpWay('HTTP, protobuf', 'protobuf', false),
  httpWay('HTTP, protobuf, gzip', 'protobuf', true),
  httpWay('HTTP, json', 'json', false),
  httpWay('HTTP, json, gzip', 'json', true),
]

function grpcWay(name: WayName, gzip: boolean): Way {
  return {
    name,
    transport: 'grpc',
    encoding: 'protobuf',
    gzip,
    async send({ grpc }, body, { headers = {}, signal = TRACES, to = signal } = {}) {
      const sender = new GrpcSender(grpc, { gzip })
      const metadata = new Metadata()
      for (const [name, value] of Object.entries(headers)) metadata.set(name, value)
      const answer = await sender.call(body, to.grpcPath, metadata)
      sender.close()
      return {
        grpc: answer.code,
        partial: answer.body && readResponse('protobuf', answer.body, signal),
        status: answer.status,
        retryAfterSeconds: answer.status?.retryAfterSeconds,
      }
    },
  }
}

function httpWay(name: WayName, encoding: OtlpEncoding, gzip: boolean): Way {
  return {
    name,
    transport: 'http',
    encoding,
    gzip,
    async send(addresses, body, { headers = {}, signal = TRACES, to = signal } = {}) {
      const answer = await http(addresses.http, {
        path: to.path,
        body: gzip ? gzipSync(body) : body,
        headers: {
          'content-type': MEDIA_TYPE[encoding],
          ...(gzip ? { 'content-encoding': 'gzip', 'accept-encoding': 'gzip' } : {}),
          ...headers,
        },
      })
      const failed = answer.status >= 400
      const after = answer.headers['retry-after']
      return {
        http: answer.status,
        partial: failed ? undefined : readResponse(encoding, answer.body, signal),
        status: failed ? readStatus(encoding, answer.body) : undefined,
        mediaType: answer.headers['content-type'],
        retryAfterSeconds: after === undefined ? undefined : Number(after),
      }
    },
  }
}
