import { loadSettings } from '@runlens/runtime'
import { expect, it } from 'vitest'
import { planProcesses } from './plan.ts'

const at = (port: number) => ({ host: '127.0.0.1', port })
const addresses = { otlpGrpc: at(1), otlpHttp: at(2), api: at(3), clickhouse: at(4), worker: at(5) }

it('tells every process the real ports and all but ClickHouse where ClickHouse is', () => {
  const settings = loadSettings({ RUNLENS_DATA_DIR: '/data' })
  const plans = planProcesses(settings, { HOME: '/home/me' }, addresses, 'http://u:p@127.0.0.1:4/runlens')
  expect(plans.map(({ component }) => component)).toEqual(['clickhouse', 'collector', 'worker', 'query-api'])
  const [clickhouse, collector] = plans
  expect(clickhouse?.script).toMatch(/\/clickhouse\/dist\/embedded\/main\.js$/)
  expect(clickhouse?.environment).toMatchObject({ RUNLENS_CLICKHOUSE: '127.0.0.1:4', HOME: '/home/me' })
  expect(clickhouse?.environment.RUNLENS_CLICKHOUSE_URL).toBeUndefined()
  expect(collector?.environment).toEqual({
    HOME: '/home/me',
    RUNLENS_DATA_DIR: '/data',
    RUNLENS_OTLP_GRPC: '127.0.0.1:1',
    RUNLENS_OTLP_HTTP: '127.0.0.1:2',
    RUNLENS_API: '127.0.0.1:3',
    RUNLENS_WORKER: '127.0.0.1:5',
    RUNLENS_CLICKHOUSE_URL: 'http://u:p@127.0.0.1:4/runlens',
  })
})

it('gives the engine a thread for every session', () => {
  const settings = loadSettings({ RUNLENS_DATA_DIR: '/data' })
  const [clickhouse] = planProcesses(settings, {}, addresses, 'http://x')
  expect(Number(clickhouse?.environment.UV_THREADPOOL_SIZE)).toBeGreaterThan(settings.clickhouse.sessions + 8)
})

it('plans no engine when there is a ClickHouse already', () => {
  const settings = loadSettings({ RUNLENS_CLICKHOUSE_URL: 'http://ch:8123/db' })
  const plans = planProcesses(settings, {}, { ...addresses, clickhouse: undefined }, 'http://ch:8123/db')
  expect(plans.map(({ component }) => component)).toEqual(['collector', 'worker', 'query-api'])
})
