/**
 * Takes an execution to another process through anything that carries headers: a queue message, an HTTP request. Two
 * entries are written: OpenTelemetry's own (`traceparent` …), which any service understands, and `runlens-execution`, which says which
 * execution it is. Not baggage: that would travel on with every request to anybody.
 */
import { type Context, propagation, type SpanContext, TraceFlags, trace } from '@opentelemetry/api'
import type { ExecutionKind } from '@runlens/conventions'

/** Headers of a message. Other entries are left alone. */
export type Carrier = Record<string, unknown>

/** Who an execution is. */
export interface Identity {
  id: string
  kind: ExecutionKind | string
  workflowId: string | undefined
  workflowName: string
  workflowVersion: string | undefined
  user: string | undefined
  conversation: string | undefined
}

export const CARRIER_KEY = 'runlens-execution'
/** Longer values do not travel. */
const VALUE_CHARS_MAX = 512
const HEADER_CHARS_MAX = 8_192

export function writeCarrier(carrier: Carrier, within: Context, identity: Identity): void {
  propagation.inject(within, carrier)
  const span = trace.getSpanContext(within)
  const entries = { ...identity, trace: span?.traceId, span: span?.spanId, flags: span?.traceFlags.toString(16) }
  const fields = new URLSearchParams({ v: '1' })
  for (const [name, value] of Object.entries(entries)) {
    if (value !== undefined && value.length <= VALUE_CHARS_MAX) fields.set(name, value)
  }
  carrier[CARRIER_KEY] = fields.toString()
}

export interface Carried {
  identity: Identity
  /** Of the span that it was sent from; undefined where nothing was recorded. */
  span: SpanContext | undefined
}

/** Undefined if the carrier holds no execution. What it holds came from elsewhere: everything is checked. */
export function readCarrier(carrier: Carrier): Carried | undefined {
  const text = headerText(carrier)
  if (text === undefined || text.length > HEADER_CHARS_MAX) return undefined
  const fields = new URLSearchParams(text)
  const get = (name: string) => fields.get(name)?.slice(0, VALUE_CHARS_MAX) || undefined
  const id = get('id')
  const workflowName = get('workflowName')
  if (fields.get('v') !== '1' || id === undefined || workflowName === undefined) return undefined
  const identity: Identity = {
    id,
    kind: get('kind') ?? 'workflow',
    workflowId: get('workflowId'),
    workflowName,
    workflowVersion: get('workflowVersion'),
    user: get('user'),
    conversation: get('conversation'),
  }
  return { identity, span: spanContextOf(fields) }
}

function headerText(carrier: Carrier): string | undefined {
  const key =
    CARRIER_KEY in carrier ? CARRIER_KEY : Object.keys(carrier).find((one) => one.toLowerCase() === CARRIER_KEY)
  const value = key === undefined ? undefined : carrier[key]
  const one = Array.isArray(value) ? value[0] : value
  // Some clients (amqplib, kafkajs) give headers as bytes.
  if (one instanceof Uint8Array) return Buffer.from(one).toString('utf8')
  return typeof one === 'string' ? one : undefined
}

function spanContextOf(fields: URLSearchParams): SpanContext | undefined {
  const traceId = fields.get('trace') ?? ''
  const spanId = fields.get('span') ?? ''
  if (!/^[0-9a-f]{32}$/.test(traceId) || !/^[0-9a-f]{16}$/.test(spanId)) return undefined
  if (/^0+$/.test(traceId) || /^0+$/.test(spanId)) return undefined
  const flags = fields.get('flags') === '0' ? TraceFlags.NONE : TraceFlags.SAMPLED
  return { traceId, spanId, traceFlags: flags, isRemote: true }
}
