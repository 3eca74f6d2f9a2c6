/** What query tracking and visual sessions send, from the real sender's bytes through mapping and settling: nothing of it is lost. */
import { startExecution, tracker, visualSession, withExecution } from '@runlens/instrumentation'
import { type Runlens, startRunlens } from '@runlens/instrumentation/sdk'
import { type SettledExecution, type SettleSpan, settle } from '@runlens/mapping'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { mapPayload } from '../kit/settle-spans.ts'
import { type Receiver, startReceiver } from './receiver.ts'

let receiver: Receiver
let runlens: Runlens
beforeAll(async () => {
  // Markers are told elsewhere: the bodies are of spans alone.
  receiver = await startReceiver((path) => ({ status: path === '/v1/traces' ? 200 : 404 }))
  runlens = startRunlens({ endpoint: receiver.url, serviceName: 'shop', instrumentations: 'none', flushAtEnd: false })
})
afterAll(async () => {
  await runlens?.shutdown()
  await receiver?.stop()
})
beforeEach(() => {
  receiver.bodies.length = 0
})

async function settled(): Promise<{ spans: SettleSpan[]; executions: SettledExecution[] }> {
  expect(await runlens.flush()).toEqual({ kind: 'acknowledged' })
  const spans = receiver.bodies.flatMap((body) => mapPayload(Buffer.from(body)))
  const options = { now_ms: 60_000, candidate_timeout_ms: 30_000, payload_bytes_max: 16_384 }
  return { spans, executions: settle(spans, options).executions }
}

const QUERY = {
  query: 'SELECT * FROM orders WHERE id = 7',
  databaseType: 'starburst',
  queryComplexity: 'complex',
  totalRows: 12_000,
  returnedRows: 50,
  page: 3,
  pageSize: 50,
  user: 'ada',
  conversation: 'c-1',
  connection: { host: 'db-1', port: 5432, password: 'hunter2', dsn: 'pg://ada:hunter2@db-1/shop' },
  request: { url: '/orders?token=abcdef', filters: { state: 'open' }, apiKey: 'k-1' },
  response: { format: 'json', cached: false, bytes: 8_192 },
} as const

it('an execution of kind query has every field that it was tracked with', async () => {
  const { executionId } = await tracker.logExecution({ ...QUERY, executionTime: 1.5 })
  const { executions } = await settled()
  expect(executions).toHaveLength(1)
  expect(executions[0]).toMatchObject({
    execution_id: executionId,
    kind: 'query',
    provider: 'runlens',
    status: 'success',
    duration_ms: expect.closeTo(1_500, 2),
    database_type: 'starburst',
    query: QUERY.query,
    rows_total: 12_000,
    rows_returned: 50,
    user_id: 'ada',
    conversation_id: 'c-1',
    service: 'shop',
  })
  expect({ ...executions[0]!.attributes }).toMatchObject({
    'runlens.query.complexity': 'complex',
    'runlens.query.total_rows': '12000',
    'runlens.query.page': '3',
    'runlens.query.page_size': '50',
    'runlens.query.connection.host': 'db-1',
    'runlens.query.connection.port': '5432',
    'runlens.query.connection.password': '[redacted]',
    'runlens.query.connection.dsn': 'pg://ada:[redacted]@db-1/shop',
    'runlens.query.request.url': '/orders?token=[redacted]',
    'runlens.query.request.filters': '{"state":"open"}',
    'runlens.query.request.apiKey': '[redacted]',
    'runlens.query.response.format': 'json',
    'runlens.query.response.cached': 'false',
    'runlens.query.response.bytes': '8192',
  })
  expect(JSON.stringify(receiver.bodies.map((body) => body.toString('latin1')))).not.toMatch(/hunter2|abcdef|k-1/)
})

it('below an execution it is a step with its figures, also of a database that nobody named', async () => {
  const { databaseType: _, ...nameless } = QUERY
  await withExecution({ workflow: 'report' }, () => {
    tracker.logExecutionBackground(QUERY)
    tracker.logExecutionBackground(nameless)
  })
  const { spans, executions } = await settled()
  const steps = spans.filter(({ role }) => role === 'step')
  expect(
    steps.map(({ step_type, status, query, rows_total, rows_returned }) => ({
      step_type,
      status,
      query,
      rows_total,
      rows_returned,
    })),
  ).toEqual(
    Array(2).fill({ step_type: 'db', status: 'success', query: QUERY.query, rows_total: 12_000, rows_returned: 50 }),
  )
  expect(executions).toMatchObject([{ workflow_name: 'report', step_count: 2, rows_total: 24_000, rows_returned: 50 }])
})

it.each([
  ['canceling statement due to statement timeout', 'timeout', 'timeout'],
  ['Query execution was interrupted, maximum statement execution time exceeded', 'timeout', 'timeout'],
  ['Query exceeded the maximum execution time limit of 5.00m', 'timeout', 'timeout'],
  ['operation exceeded time limit', 'timeout', 'timeout'],
  ['context deadline exceeded', 'timeout', 'timeout'],
  ['ORA-01555: snapshot too old', 'error', 'unknown'],
  ['quota of rows exceeded at that time', 'error', 'unknown'],
])('its end is read from the message: %s', async (errorMessage, status, errorClass) => {
  await tracker.logExecution({ ...QUERY, errorMessage })
  const { executions } = await settled()
  expect(executions).toMatchObject([{ status, error_message: errorMessage, error_class: errorClass }])
})

it('a word of the program wins over the message, unless it says no more than that something broke', async () => {
  await tracker.logExecution({ ...QUERY, errorMessage: 'timeout while closing', status: 'failed' })
  await tracker.logExecution({ ...QUERY, errorMessage: 'timed out', status: 'error' })
  const { executions } = await settled()
  expect(executions.map(({ status }) => status)).toEqual(['failed', 'timeout'])
})

it('a visual session’s figures are the execution’s', async () => {
  const execution = startExecution({ workflow: 'replay' })
  const session = visualSession(execution, { quality: 'high', sessionId: 'v-1' })
  session.add([{ timestamp: 1_000 }, { timestamp: 3_500 }])
  session.end()
  execution.end()
  const { executions } = await settled()
  expect({ ...executions[0]!.attributes }).toMatchObject({
    'runlens.visual.enabled': 'true',
    'runlens.visual.streaming': 'true',
    'runlens.visual.quality': 'high',
    'runlens.visual.session_id': 'v-1',
    'runlens.visual.events_captured': '2',
    'runlens.visual.stream_duration_s': '2.5',
  })
})
