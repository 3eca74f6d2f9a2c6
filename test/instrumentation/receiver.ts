/** A collector that keeps what it is sent and answers as it is told: for the sender's side of the conversation. */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gunzipSync } from 'node:zlib'
import { MESSAGES, TRACES } from '@runlens/otlp'
import protobuf from 'protobufjs/light.js'

export interface ReceivedSpan {
  traceId: string
  spanId: string
  parentSpanId: string
  name: string
  kind: number
  startTimeUnixNano: string
  endTimeUnixNano: string
  attributes: Record<string, unknown>
  events: { name: string; attributes: Record<string, unknown> }[]
  links: { traceId: string; spanId: string }[]
  status: { code: number; message: string }
  resource: Record<string, unknown>
  scope: string
}

export interface ReceivedLog {
  eventName: string
  traceId: string
  spanId: string
  timeUnixNano: string
  attributes: Record<string, unknown>
}

export interface Answer {
  status: number
  headers?: Record<string, string>
  body?: Uint8Array | string
  /** Default: none. */
  delayMs?: number
}

export interface Receiver {
  url: string
  spans: ReceivedSpan[]
  logs: ReceivedLog[]
  /** Headers of each request, with its path as `:path`. */
  requests: Record<string, unknown>[]
  /** Of the requests that were answered with 200, as they came, inflated. */
  bodies: Buffer[]
  /** May be replaced while it runs. Default: 200 with nothing in it. */
  answer: (path: string) => Answer
  stop(): Promise<void>
}

const LOG_REQUEST = logsRequest()

export async function startReceiver(answer: Receiver['answer'] = () => ({ status: 200 }), port = 0): Promise<Receiver> {
  const receiver = { url: '', spans: [], logs: [], requests: [], bodies: [], answer } as unknown as Receiver
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk) => chunks.push(chunk))
    request.on('end', () => {
      const raw = Buffer.concat(chunks)
      const path = request.url ?? ''
      receiver.requests.push({ ...request.headers, ':path': path })
      const { status, headers = {}, body = '', delayMs = 0 } = receiver.answer(path)
      if (status === 200) keep(receiver, path, request.headers['content-encoding'] === 'gzip' ? gunzipSync(raw) : raw)
      setTimeout(() => response.writeHead(status, headers).end(body), delayMs)
    })
  })
  // Connections that a sender keeps stay open: a program that waits for their end never ends.
  server.keepAliveTimeout = 0
  await listen(server, port)
  receiver.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  receiver.stop = () =>
    new Promise((resolve) => {
      server.close(() => resolve())
      server.closeAllConnections()
    })
  return receiver
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', () => resolve())
  })
}

function keep(receiver: Receiver, path: string, body: Buffer): void {
  receiver.bodies.push(body)
  if (path.endsWith('/v1/traces')) receiver.spans.push(...spansOf(body))
  if (path.endsWith('/v1/logs')) receiver.logs.push(...logsOf(body))
}

// biome-ignore lint/suspicious/noExplicitAny: plain objects of a message
type Plain = any

export function spansOf(body: Buffer): ReceivedSpan[] {
  return list(decode(TRACES.request, body).resourceSpans).flatMap((resourceSpans) =>
    list(resourceSpans.scopeSpans).flatMap((scopeSpans) =>
      list(scopeSpans.spans).map((span) => ({
        traceId: hex(span.traceId),
        spanId: hex(span.spanId),
        parentSpanId: hex(span.parentSpanId),
        name: span.name ?? '',
        kind: span.kind,
        startTimeUnixNano: span.startTimeUnixNano,
        endTimeUnixNano: span.endTimeUnixNano,
        attributes: attributesOf(span.attributes),
        events: list(span.events).map((event) => ({ name: event.name, attributes: attributesOf(event.attributes) })),
        links: list(span.links).map((link) => ({ traceId: hex(link.traceId), spanId: hex(link.spanId) })),
        status: { code: span.status?.code ?? 0, message: span.status?.message ?? '' },
        resource: attributesOf(resourceSpans.resource?.attributes),
        scope: scopeSpans.scope?.name ?? '',
      })),
    ),
  )
}

function logsOf(body: Buffer): ReceivedLog[] {
  return list(decode(LOG_REQUEST, body).resourceLogs).flatMap((resourceLogs) =>
    list(resourceLogs.scopeLogs).flatMap((scopeLogs) =>
      list(scopeLogs.logRecords).map((log) => ({
        eventName: log.eventName,
        traceId: hex(log.traceId),
        spanId: hex(log.spanId),
        timeUnixNano: log.timeUnixNano,
        attributes: attributesOf(log.attributes),
      })),
    ),
  )
}

/** What is used of a reflected message. */
interface Message {
  decode(body: Buffer): Plain
  toObject(message: Plain, options: { longs: typeof String }): Plain
}

function decode(type: Message, body: Buffer): Plain {
  return type.toObject(type.decode(body), { longs: String })
}

const list = (value: Plain): Plain[] => value ?? []
const hex = (value: Plain) => Buffer.from(value ?? []).toString('hex')

function attributesOf(pairs: Plain): Record<string, unknown> {
  return Object.fromEntries(list(pairs).map(({ key, value }) => [key, readValue(value ?? {})]))
}

function readValue(value: Plain): unknown {
  if (value.arrayValue) return list(value.arrayValue.values).map(readValue)
  if (value.kvlistValue) return attributesOf(value.kvlistValue.values)
  const [only] = Object.values(value)
  return value.intValue === undefined ? only : Number.isSafeInteger(Number(only)) ? Number(only) : String(only)
}

/** opentelemetry.proto.collector.logs.v1, by the field numbers of opentelemetry-proto 1.x. */
function logsRequest(): Message {
  const common = 'opentelemetry.proto.common.v1'
  const root = protobuf.Root.fromJSON({
    nested: {
      ...MESSAGES.toJSON().nested,
      logs: {
        nested: {
          Request: { fields: { resourceLogs: { id: 1, rule: 'repeated', type: 'ResourceLogs' } } },
          ResourceLogs: {
            fields: {
              resource: { id: 1, type: 'opentelemetry.proto.resource.v1.Resource' },
              scopeLogs: { id: 2, rule: 'repeated', type: 'ScopeLogs' },
            },
          },
          ScopeLogs: {
            fields: {
              scope: { id: 1, type: `${common}.InstrumentationScope` },
              logRecords: { id: 2, rule: 'repeated', type: 'LogRecord' },
            },
          },
          LogRecord: {
            fields: {
              timeUnixNano: { id: 1, type: 'fixed64' },
              observedTimeUnixNano: { id: 11, type: 'fixed64' },
              severityNumber: { id: 2, type: 'int32' },
              body: { id: 5, type: `${common}.AnyValue` },
              attributes: { id: 6, rule: 'repeated', type: `${common}.KeyValue` },
              flags: { id: 8, type: 'fixed32' },
              traceId: { id: 9, type: 'bytes' },
              spanId: { id: 10, type: 'bytes' },
              eventName: { id: 12, type: 'string' },
            },
          },
        },
      },
    },
  })
  return root.lookupType('logs.Request')
}
