/** OpenTelemetry's environment variables that concern sending, read as its specification says; all others are the SDK's to read. */
import { readFileSync } from 'node:fs'
import type { Target } from './send/transport.ts'

export type Environment = Readonly<Record<string, string | undefined>>

export interface SendingSettings {
  traces: Target
  logs: Target
  /** Who makes spans into requests: this package, or the SDK by its own reading of the environment. */
  sender: 'own' | 'sdk'
  /** Why it is the SDK. */
  why: string
  /** Whether marker records are sent. */
  markers: boolean
  delayMs: number
  batchRecordsMax: number
  queueRecordsMax: number
  /** Settings that could not be read and were taken as absent. */
  faults: string[]
}

export interface SendingOptions {
  /** Base URL of OTLP/HTTP, or the address of OTLP/gRPC. Wins over the environment. */
  endpoint?: string | undefined
  /** Added to those of the environment. */
  headers?: Readonly<Record<string, string>> | undefined
}

const DEFAULT_ENDPOINT = { 'http/protobuf': 'http://localhost:4318', grpc: 'http://localhost:4317' }
const DEFAULT_TIMEOUT_MS = 10_000
/** The SDK's own default is 5 000; an execution is to be seen within a second. */
const DEFAULT_DELAY_MS = 300
const DEFAULT_BATCH_RECORDS = 512

export function readEnvironment(env: Environment, options: SendingOptions = {}): SendingSettings {
  const faults: string[] = []
  const whole = (name: string, otherwise: number) => readWhole(env, name, otherwise, faults)
  const sender = senderOf(env)
  const traces = targetOf(env, 'TRACES', options, faults)
  return {
    traces: { ...traces, timeoutMs: Math.min(traces.timeoutMs, whole('OTEL_BSP_EXPORT_TIMEOUT', traces.timeoutMs)) },
    logs: targetOf(env, 'LOGS', options, faults),
    sender: sender === '' ? 'own' : 'sdk',
    why: sender,
    markers: ['', 'otlp'].some((name) => list(env.OTEL_LOGS_EXPORTER).includes(name)),
    delayMs: whole('OTEL_BSP_SCHEDULE_DELAY', DEFAULT_DELAY_MS),
    batchRecordsMax: whole('OTEL_BSP_MAX_EXPORT_BATCH_SIZE', DEFAULT_BATCH_RECORDS),
    queueRecordsMax: whole('OTEL_BSP_MAX_QUEUE_SIZE', Number.MAX_SAFE_INTEGER),
    faults,
  }
}

/** '' for this package, otherwise why not. */
function senderOf(env: Environment): string {
  const exporters = list(env.OTEL_TRACES_EXPORTER)
  if (exporters.some((name) => name !== '' && name !== 'otlp')) return `OTEL_TRACES_EXPORTER is ${exporters.join(',')}`
  const protocol = text(env, 'OTEL_EXPORTER_OTLP_TRACES_PROTOCOL') ?? text(env, 'OTEL_EXPORTER_OTLP_PROTOCOL')
  if (protocol !== undefined && !isOurs(protocol)) return `the protocol is ${protocol}`
  return text(env, 'OTEL_CONFIG_FILE') ? 'OTEL_CONFIG_FILE is set' : ''
}

function targetOf(env: Environment, signal: 'TRACES' | 'LOGS', options: SendingOptions, faults: string[]): Target {
  const read = (name: string) =>
    text(env, `OTEL_EXPORTER_OTLP_${signal}_${name}`) ?? text(env, `OTEL_EXPORTER_OTLP_${name}`)
  const told = read('PROTOCOL')
  const protocol = told !== undefined && isOurs(told) ? told : 'http/protobuf'
  return {
    protocol,
    url: urlOf(env, signal, protocol, options.endpoint, faults),
    headers: {
      ...headersOf(text(env, 'OTEL_EXPORTER_OTLP_HEADERS')),
      ...headersOf(text(env, `OTEL_EXPORTER_OTLP_${signal}_HEADERS`)),
      ...lowerCased(options.headers ?? {}),
    },
    timeoutMs:
      readWhole(env, `OTEL_EXPORTER_OTLP_${signal}_TIMEOUT`, 0, faults) ||
      readWhole(env, 'OTEL_EXPORTER_OTLP_TIMEOUT', DEFAULT_TIMEOUT_MS, faults),
    compression: read('COMPRESSION') === 'gzip' ? 'gzip' : 'none',
    tls: tlsOf(read, faults),
  }
}

/** A signal's own endpoint is taken as it is; the common one is a base for `v1/traces` and `v1/logs`. */
function urlOf(
  env: Environment,
  signal: 'TRACES' | 'LOGS',
  protocol: Target['protocol'],
  given: string | undefined,
  faults: string[],
): URL {
  const own = given === undefined ? text(env, `OTEL_EXPORTER_OTLP_${signal}_ENDPOINT`) : undefined
  const base = given ?? text(env, 'OTEL_EXPORTER_OTLP_ENDPOINT') ?? DEFAULT_ENDPOINT[protocol]
  const wanted = own ?? (protocol === 'grpc' ? base : `${base.replace(/\/+$/, '')}/v1/${signal.toLowerCase()}`)
  const withScheme = protocol === 'grpc' && !wanted.includes('://') ? `${schemeOf(env, signal)}://${wanted}` : wanted
  if (URL.canParse(withScheme) && /^https?:/.test(withScheme)) return new URL(withScheme)
  faults.push(`"${wanted}" is no http or https URL: ${DEFAULT_ENDPOINT[protocol]} is used`)
  return new URL(`${DEFAULT_ENDPOINT[protocol]}/v1/${signal.toLowerCase()}`)
}

function schemeOf(env: Environment, signal: string): string {
  const insecure =
    text(env, `OTEL_EXPORTER_OTLP_${signal}_INSECURE`) ?? text(env, 'OTEL_EXPORTER_OTLP_INSECURE') ?? 'false'
  return insecure.toLowerCase() === 'true' ? 'http' : 'https'
}

/** `key=value,key=value`, percent-encoded as W3C baggage. */
function headersOf(value: string | undefined): Record<string, string> {
  const headers: Record<string, string> = {}
  for (const pair of (value ?? '').split(',')) {
    const at = pair.indexOf('=')
    if (at <= 0) continue
    headers[pair.slice(0, at).trim().toLowerCase()] = decoded(pair.slice(at + 1).trim())
  }
  return headers
}

function lowerCased(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))
}

function tlsOf(read: (name: string) => string | undefined, faults: string[]): Target['tls'] {
  const tls: Target['tls'] = {}
  const files = { ca: 'CERTIFICATE', key: 'CLIENT_KEY', cert: 'CLIENT_CERTIFICATE' } as const
  for (const [part, name] of Object.entries(files) as [keyof typeof files, string][]) {
    const path = read(name)
    if (path === undefined) continue
    try {
      tls[part] = readFileSync(path)
    } catch (error) {
      faults.push(`OTEL_EXPORTER_OTLP_${name}: ${(error as Error).message}`)
    }
  }
  return tls
}

function isOurs(protocol: string): protocol is Target['protocol'] {
  return protocol === 'http/protobuf' || protocol === 'grpc'
}

function text(env: Environment, name: string): string | undefined {
  const value = env[name]?.trim()
  return value === '' ? undefined : value
}

function list(value: string | undefined): string[] {
  return (value ?? '').split(',').map((one) => one.trim())
}

function readWhole(env: Environment, name: string, otherwise: number, faults: string[]): number {
  const value = text(env, name)
  if (value === undefined) return otherwise
  if (/^\d+$/.test(value) && Number(value) > 0) return Number(value)
  faults.push(`${name} is "${value}", not a whole number above 0: ${otherwise} is used`)
  return otherwise
}

function decoded(value: string): string {
  try {
    return decodeURIComponent(value)
  } catch {
    return value
  }
}
