import { settle } from '@runlens/mapping'
import { expect, it } from 'vitest'
import { stubRun } from '../../test/kit/n8n-server.ts'
import { mapJson } from '../../test/kit/settle-spans.ts'
import { decodeWhole } from './decode-execution.ts'
import { attribute, executionSpans } from './execution-spans.ts'
import { inRequests } from './send-spans.ts'

const START = Date.parse('2026-11-20T10:00:00.000Z')
const kaboom = { name: 'NodeOperationError', message: 'kaboom', stack: 'NodeOperationError: kaboom\n    at Stop' }
const ROW = {
  id: '2',
  mode: 'webhook',
  retryOf: null,
  status: 'error',
  startedAt: new Date(START).toISOString(),
  stoppedAt: new Date(START + 62).toISOString(),
  workflowId: 'wfBBBBBBBBBBBBB2',
  workflowData: {
    name: 'hook flow',
    versionId: 'v-7',
    nodes: [
      { id: 'n1', name: 'Webhook', type: 'n8n-nodes-base.webhook', typeVersion: 2.1 },
      { id: 'n2', name: 'Stop', type: 'n8n-nodes-base.stopAndError', typeVersion: 1 },
    ],
  },
  data: {
    parentExecution: { executionId: '1' },
    resultData: {
      error: kaboom,
      runData: {
        Webhook: [stubRun(START + 2, 10, 3)],
        Stop: [stubRun(START + 20, 40, 0, { source: [{ previousNode: 'Webhook' }], error: kaboom })],
      },
    },
  },
}

function spansOf(row: object) {
  const decoded = decodeWhole(row)
  if (decoded.kind !== 'ok') throw new Error(decoded.why)
  return executionSpans(decoded.execution, 'inst-1') ?? []
}

function settled(row: object) {
  const attributes = [attribute('service.name', 'n8n'), attribute('n8n.instance.id', 'inst-1')]
  const scopeSpans = [{ scope: { name: 'n8n-workflow' }, spans: spansOf(row) }]
  const spans = mapJson({ resourceSpans: [{ resource: { attributes }, scopeSpans }] })
  return settle(spans, { now_ms: 0, candidate_timeout_ms: 0, payload_bytes_max: 100 }).executions
}

it('settles into what the telemetry of n8n says of such a run', () => {
  expect(settled(ROW)).toEqual([
    expect.objectContaining({
      execution_id: '2',
      instance: 'inst-1',
      kind: 'workflow',
      provider: 'n8n',
      service: 'n8n',
      workflow_id: 'wfBBBBBBBBBBBBB2',
      workflow_name: 'hook flow',
      workflow_version: 'v-7',
      mode: 'webhook',
      status: 'error',
      status_explicit: true,
      started_at: BigInt(START) * 1_000_000n,
      duration_ms: 62,
      error_type: 'NodeOperationError',
      error_message: 'kaboom',
      error_stack: kaboom.stack,
      failed_step: 'Stop',
      failed_steps: 1,
      step_count: 2,
      rows_total: 3,
      rows_returned: 0,
      parent_execution_id: '1',
      steps: [
        { name: 'Webhook', type: 'node', status: 'success', duration_ms: 10 },
        { name: 'Stop', type: 'node', status: 'error', duration_ms: 40 },
      ],
    }),
  ])
})

it.each([
  ['success', 'success'],
  ['error', 'error'],
  ['crashed', 'error'],
  ['canceled', 'cancelled'],
  ['waiting', 'waiting'],
])('knows what %s means', (status, canonical) => {
  const resultData = { runData: {} }
  expect(settled({ ...ROW, status, data: { resultData } })[0]).toMatchObject({ status: canonical })
})

it('gives the same ids to the same execution, others to every other, and none that depend on how parts are cut', () => {
  const ids = (row: object) => spansOf(row).map(({ traceId, spanId }) => `${traceId}/${spanId}`)
  expect(ids(ROW)).toEqual(ids({ ...ROW, status: 'success' }))
  const all = [...ids(ROW), ...ids({ ...ROW, id: '3' })]
  expect(new Set(all).size).toBe(all.length)
  expect(all[0]).toMatch(/^[0-9a-f]{32}\/[0-9a-f]{16}$/)
})

it('begins with its first node where that is earlier, and ends with its last where nobody says when', () => {
  const [root] = spansOf({ ...ROW, startedAt: new Date(START + 5).toISOString(), stoppedAt: null })
  expect(root).toMatchObject({
    startTimeUnixNano: `${START + 2}000000`,
    endTimeUnixNano: `${START + 60}000000`,
  })
  expect(spansOf({ ...ROW, startedAt: null, stoppedAt: null, data: {} })).toEqual([])
})

it('keeps an execution in one request where it fits, and no request beyond its bounds', () => {
  const span = { ...spansOf(ROW)[0]!, attributes: [], events: [] }
  const many = (count: number) => Array.from({ length: count }, () => span)
  const requests = inRequests([many(1_500), many(1_000), many(4_100), many(1)])
  expect(requests.map(({ length }) => length)).toEqual([1_500, 1_000, 2_000, 2_000, 101])
  const large = { ...span, name: 'x'.repeat(1024 * 1024) }
  expect(inRequests([[large, large, large]]).map(({ length }) => length)).toEqual([1, 1, 1])
})
