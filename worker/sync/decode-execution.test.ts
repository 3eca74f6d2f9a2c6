import { describe, expect, it } from 'vitest'
import { stubRun } from '../../test/kit/n8n-server.ts'
import { decodeListed, decodeWhole, NODE_RUNS_MAX } from './decode-execution.ts'

const ROW = {
  id: '1000',
  finished: false,
  mode: 'webhook',
  retryOf: '998',
  status: 'error',
  startedAt: '2026-11-20T10:00:00.000Z',
  stoppedAt: '2026-11-20T10:00:01.500Z',
  workflowId: 'wfA',
  waitTill: null,
}
const START = Date.parse(ROW.startedAt)

describe('a row of a list', () => {
  it('is read as documented', () => {
    expect(decodeListed(ROW)).toEqual({
      kind: 'ok',
      execution: {
        id: '1000',
        workflowId: 'wfA',
        status: 'error',
        mode: 'webhook',
        startedAtMs: START,
        stoppedAtMs: START + 1_500,
        retryOf: '998',
        workflowVersionId: '',
      },
    })
  })

  it('may be as older versions have it: ids as numbers, no status', () => {
    const { status: _, ...older } = { ...ROW, id: 1000, workflowId: 7, retryOf: null }
    expect(decodeListed(older)).toMatchObject({
      execution: { id: '1000', workflowId: '7', status: 'error', retryOf: '' },
    })
    expect(decodeListed({ ...older, finished: true })).toMatchObject({ execution: { status: 'success' } })
    expect(decodeListed({ ...older, waitTill: '2026-11-21T00:00:00Z' })).toMatchObject({
      execution: { status: 'waiting' },
    })
    expect(decodeListed({ ...older, stoppedAt: null })).toMatchObject({ execution: { status: 'running' } })
  })

  it.each([
    [null, '?', 'it has no id'],
    [[], '?', 'it has no id'],
    [{ ...ROW, id: 1.5 }, '?', 'it has no id'],
    [{ ...ROW, status: 5, finished: undefined }, '1000', 'it has no status'],
    [{ ...ROW, workflowId: {} }, '1000', 'it has no workflowId'],
    [{ ...ROW, startedAt: 'soon' }, '1000', 'its startedAt is not a time'],
    [{ ...ROW, stoppedAt: 17 }, '1000', 'its stoppedAt is not a time'],
  ])('is refused with the reason: %j', (row, id, why) => {
    expect(decodeListed(row)).toEqual({ kind: 'unreadable', id, why })
    expect(decodeWhole(row)).toEqual({ kind: 'unreadable', id, why })
  })
})

describe('a whole execution', () => {
  const whole = (more: object) => {
    const decoded = decodeWhole({ ...ROW, ...more })
    if (decoded.kind !== 'ok') throw new Error(decoded.why)
    return decoded.execution
  }

  it('has its runs of nodes, with the items of the branch that led to each', () => {
    const branches = [[{ json: {} }], [{ json: {} }, { json: {} }]]
    const runData = {
      If: [stubRun(START, 5, 0, { data: { main: branches } })],
      Stop: [
        stubRun(START + 10, 20, 0, {
          source: [{ previousNode: 'If', previousNodeOutput: 1 }, null, { previousNode: 'gone' }],
          data: undefined,
          error: { name: 'NodeApiError', message: 'gone', stack: 'NodeApiError: gone\n at x' },
        }),
        stubRun(START + 40, 1, 4, { source: [{ previousNode: 'If', previousNodeRun: 3 }] }),
      ],
    }
    const { runs, missing } = whole({ data: { resultData: { runData } } })
    expect(missing).toBe('')
    expect(runs.map(({ name, index, itemsIn, itemsOut }) => [name, index, itemsIn, itemsOut])).toEqual([
      ['If', 0, 0, 3],
      ['Stop', 0, 2, 0],
      ['Stop', 1, 0, 4],
    ])
    expect(runs[1]).toMatchObject({
      startMs: START + 10,
      durationMs: 20,
      error: { type: 'NodeApiError', message: 'gone', stack: 'NodeApiError: gone\n at x' },
    })
  })

  it('says why nodes are missing', () => {
    expect(whole({ data: {}, dataTooLargeToDisplay: true }).missing).toMatch(/EXECUTIONS_DATA_MAX_DISPLAY_SIZE/)
    expect(whole({}).missing).toBe('the server has no data of it')
    expect(whole({ data: { resultData: {} } }).missing).toBe('')
    const odd = whole({ data: { resultData: { runData: { A: [null, stubRun(START, 1, 1)], B: 'x' } } } })
    expect(odd).toMatchObject({ missing: 'run 0 of the node A has no time', runs: [{ name: 'A', index: 1 }] })
  })

  it('has no more runs than are kept of any', () => {
    const runData = { Loop: Array.from({ length: NODE_RUNS_MAX + 1 }, (_, n) => stubRun(START + n, 1, 0)) }
    const { runs, missing } = whole({ data: { resultData: { runData } } })
    expect(runs).toHaveLength(NODE_RUNS_MAX)
    expect(missing).toMatch(/more than 5000/)
  })

  it('takes names of nodes for names, whatever they are', () => {
    const runData = JSON.parse(
      `{"__proto__": [${JSON.stringify(stubRun(START, 1, 2))}], "toString": [${JSON.stringify(stubRun(START, 1, 1, { source: [{ previousNode: '__proto__' }, { previousNode: 'valueOf' }] }))}]}`,
    )
    const { runs } = whole({ data: { resultData: { runData } } })
    expect(runs.map(({ name, itemsIn }) => [name, itemsIn])).toEqual([
      ['__proto__', 0],
      ['toString', 2],
    ])
  })
})
