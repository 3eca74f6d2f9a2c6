/** `runlens demo` as a person starts it, against the whole stack: what plays live shows while it runs, and the count at the end is right. */
import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Stack, startStack } from '../kit/stack.ts'
import { eventually } from '../kit/traces.ts'

const MAIN = fileURLToPath(new URL('../../cli/dist/main.js', import.meta.url))

let stack: Stack
let demo: ChildProcess
let output = ''
beforeAll(async () => {
  stack = await startStack()
  const args = ['demo', '--live', '--rate', '600', '--endpoint', stack.urls.otlpHttp]
  demo = spawn(process.execPath, [MAIN, ...args], { stdio: ['ignore', 'pipe', 'inherit'] })
  demo.stdout!.on('data', (chunk) => {
    output += chunk
  })
})
afterAll(async () => {
  demo?.kill('SIGTERM')
  await stack?.stop()
})

// Tests read what they expect; a wrong shape fails them.
// biome-ignore lint/suspicious/noExplicitAny: the body of any route
type Body = any
async function get(path: string): Promise<Body> {
  return (await fetch(`${stack.urls.api}/api/v1${path}`)).json()
}

/** An execution of a workflow that looks like this by now. */
function shows(workflow: string, status: string, more: object): Promise<Body> {
  return eventually(async () => {
    const { executions } = await get(`/executions?workflow_id=${workflow}&status=${status}&limit=100`)
    const expected = expect.objectContaining({ provider: 'runlens', ...more })
    expect(executions).toEqual(expect.arrayContaining([expected]))
    return executions.find((one: Body) => expected.asymmetricMatch(one))
  }, 60_000)
}

describe('the demo, live,', () => {
  it('has imports that tell how far they are, and when they should be over', async () => {
    const running = { ended_at: null, expected_end_at: expect.any(String), step_count: expect.any(Number) }
    // Eight parts, of which some are done.
    const progress = expect.toSatisfy((done: number) => done > 0 && done < 1 && Number.isInteger(done * 8))
    const shown = await shows('catalogue-import', 'running', { ...running, progress })
    const { steps } = await get(`/executions/id/${shown.execution_id}/tree`)
    const done = shown.progress * 8
    expect(steps.slice(0, done)).toMatchObject(
      Array.from({ length: done }, (_, n) => ({ name: `part ${n + 1}`, status: 'success' })),
    )
    expect(steps[done]).toMatchObject({ name: `part ${done + 1}`, status: expect.any(String) })
  })

  it('has orders that wait in a queue, and go on as the same execution', async () => {
    await shows('order-pipeline', 'waiting', { ended_at: null })
    // Five steps, one of them with a query, in two segments.
    const { execution_id } = await shows('order-pipeline', 'success', { step_count: 6 })
    const { steps } = await get(`/executions/id/${execution_id}/tree`)
    expect(steps.map(({ name, depth }: Body) => [name, depth])).toEqual([
      ['validate', 0],
      ['reserve stock', 0],
      ['UPDATE postgresql', 1],
      ['charge card', 0],
      ['book shipping', 0],
      ['send confirmation', 0],
    ])
  })

  it('has checks that are recorded as visual sessions, and queries of the tracker', async () => {
    const { trace_id } = await shows('checkout-check', 'success', { step_count: 4 })
    const trace = JSON.stringify(await get(`/traces/${trace_id}`))
    expect(trace).toMatch(/"runlens\.visual\.events_captured","value":\{"intValue":"[1-9]/)
    await eventually(async () => {
      const { executions } = await get('/executions?service=query-desk&status=success')
      expect(executions[0]).toMatchObject({ kind: 'query', provider: 'runlens', rows_returned: expect.any(Number) })
    })
  })

  it('has executions that say that they are alive', async () => {
    const beats = "SELECT count() AS n FROM logs WHERE event_name = 'runlens.execution.heartbeat'"
    await eventually(async () => expect(Number((await stack.query(beats))[0]!.n)).toBeGreaterThan(0), 60_000)
  })

  it('ends at Ctrl-C: what runs is cancelled, and all that was counted is there', async () => {
    const ended = new Promise((resolve) => demo.once('close', resolve))
    demo.kill('SIGINT')
    expect(await ended).toBe(0)
    const [, total, byStatus] = /^Sent (\d+) executions \((.*?)\), \d+ spans; 0 spans rejected/m.exec(output) ?? []
    const told = Object.fromEntries(byStatus!.split(', ').map((part) => part.split(' ').reverse()))
    // Imports take half a minute and more: some were under way.
    expect(Number(told.cancelled)).toBeGreaterThan(0)
    await eventually(async () => {
      const rows = await stack.query(
        'SELECT status, toString(count()) AS n FROM executions FINAL GROUP BY status ORDER BY status',
      )
      expect(Object.fromEntries(rows.map(({ status, n }) => [status, n]))).toEqual(told)
      expect(rows.reduce((sum, { n }) => sum + Number(n), 0)).toBe(Number(total))
    })
  })
})
