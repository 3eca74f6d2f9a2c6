import { describe, expect, it } from 'vitest'
import { readEnvironment } from './environment.ts'

describe('where it sends', () => {
  it.each([
    ['the default', {}, 'http://localhost:4318/v1/traces', 'http://localhost:4318/v1/logs'],
    [
      'a base',
      { OTEL_EXPORTER_OTLP_ENDPOINT: 'https://otel:9/x/' },
      'https://otel:9/x/v1/traces',
      'https://otel:9/x/v1/logs',
    ],
    [
      "a signal's own endpoint, taken as it is",
      { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://a:1', OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://b:2/' },
      'http://b:2/',
      'http://a:1/v1/logs',
    ],
    [
      'gRPC',
      { OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc', OTEL_EXPORTER_OTLP_ENDPOINT: 'otel:4317' },
      'https://otel:4317/',
      'https://otel:4317/',
    ],
    [
      'gRPC without TLS',
      {
        OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
        OTEL_EXPORTER_OTLP_ENDPOINT: 'otel:4317',
        OTEL_EXPORTER_OTLP_INSECURE: 'true',
      },
      'http://otel:4317/',
      'http://otel:4317/',
    ],
    ['gRPC by default', { OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' }, 'http://localhost:4317/', 'http://localhost:4317/'],
  ])('%s', (_name, env, traces, logs) => {
    const settings = readEnvironment(env)
    expect([settings.traces.url.href, settings.logs.url.href, settings.faults]).toEqual([traces, logs, []])
  })

  it('an endpoint of the program wins, its headers are added', () => {
    const { traces } = readEnvironment(
      {
        OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://a:1/',
        OTEL_EXPORTER_OTLP_HEADERS: 'x-a=1,Authorization=Bearer%20t',
        OTEL_EXPORTER_OTLP_TRACES_HEADERS: 'x-a=2',
      },
      { endpoint: 'http://b:2', headers: { 'X-B': '3' } },
    )
    expect(traces.url.href).toBe('http://b:2/v1/traces')
    expect(traces.headers).toEqual({ 'x-a': '2', authorization: 'Bearer t', 'x-b': '3' })
  })
})

it('reads timeouts, compression and batches', () => {
  const settings = readEnvironment({
    OTEL_EXPORTER_OTLP_TIMEOUT: '2000',
    OTEL_EXPORTER_OTLP_TRACES_TIMEOUT: '3000',
    OTEL_BSP_EXPORT_TIMEOUT: '2500',
    OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip',
    OTEL_EXPORTER_OTLP_LOGS_COMPRESSION: 'none',
    OTEL_BSP_SCHEDULE_DELAY: '50',
    OTEL_BSP_MAX_EXPORT_BATCH_SIZE: '10',
    OTEL_BSP_MAX_QUEUE_SIZE: '100',
  })
  expect(settings).toMatchObject({
    traces: { timeoutMs: 2_500, compression: 'gzip' },
    logs: { timeoutMs: 2_000, compression: 'none' },
    delayMs: 50,
    batchRecordsMax: 10,
    queueRecordsMax: 100,
  })
})

it('takes what it can not read as absent, and says so', () => {
  const settings = readEnvironment({
    OTEL_EXPORTER_OTLP_ENDPOINT: 'ftp://x',
    OTEL_EXPORTER_OTLP_TIMEOUT: 'soon',
    OTEL_EXPORTER_OTLP_CERTIFICATE: '/nowhere/ca.pem',
  })
  expect(settings.traces.url.href).toBe('http://localhost:4318/v1/traces')
  expect(settings.traces.timeoutMs).toBe(10_000)
  const text = settings.faults.join('\n')
  for (const word of ['ftp://x', 'OTEL_EXPORTER_OTLP_TIMEOUT', 'OTEL_EXPORTER_OTLP_CERTIFICATE'])
    expect(text).toContain(word)
})

it.each([
  [{ OTEL_TRACES_EXPORTER: 'console,otlp' }, 'console,otlp'],
  [{ OTEL_TRACES_EXPORTER: 'none' }, 'none'],
  [{ OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json' }, 'http/json'],
  [{ OTEL_CONFIG_FILE: 'otel.yaml' }, 'OTEL_CONFIG_FILE'],
])('leaves %j to the SDK', (env, why) => {
  const settings = readEnvironment(env)
  expect(settings.sender).toBe('sdk')
  expect(settings.why).toContain(why)
})

it('tells nothing before the end where logs are not to be exported', () => {
  expect(readEnvironment({}).markers).toBe(true)
  expect(readEnvironment({ OTEL_LOGS_EXPORTER: 'otlp' }).markers).toBe(true)
  expect(readEnvironment({ OTEL_LOGS_EXPORTER: 'none' }).markers).toBe(false)
})
