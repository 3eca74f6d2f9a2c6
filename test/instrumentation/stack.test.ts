/** What programs record, as the API of the whole stack tells it: queues, retries, errors, Express, queries, gRPC. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Stack, startStack } from '../kit/stack.ts'
import { eventually } from '../kit/traces.ts'
import { createProject, LINE_2, type Project } from './project.ts'

let stack: Stack
let project: Project
beforeAll(async () => {
  stack = await startStack()
  project = createProject(LINE_2, ['@opentelemetry/*', '@opentelemetry/auto-instrumentations-node', 'express'])
})
afterAll(async () => {
  project?.remove()
  await stack?.stop()
})

const flags = ['--import', '@runlens/instrumentation/register']

/** Runs a program that prints the execution's id last, and gives that. */
async function run(name: string, text: string, env: Record<string, string> = {}): Promise<string> {
  project.write(`${name}.mjs`, text)
  const program = project.run(`${name}.mjs`, {
    flags,
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: stack.urls.otlpHttp, OTEL_SERVICE_NAME: name, ...env },
  })
  const { code } = await program.ended
  expect({ code, output: program.output }).toEqual({ code: 0, output: expect.any(String) })
  return program.output.trim().split('\n').at(-1)!
}

/** The execution once it is what `check` wants. */
async function execution(id: string, check: (found: Found) => void): Promise<Found> {
  return eventually(async () => {
    const found = (await get(`/executions/id/${encodeURIComponent(id)}`)) as Found
    check(found)
    return found
  })
}

// biome-ignore lint/suspicious/noExplicitAny: an execution or a list as the API answers it
type Found = any

async function get(path: string): Promise<unknown> {
  const answer = await fetch(`${stack.urls.api}/api/v1${path}`)
  expect(answer.status).toBe(200)
  return answer.json()
}

async function steps(id: string): Promise<[string, string, number][]> {
  const { steps } = (await get(`/executions/id/${encodeURIComponent(id)}/tree`)) as Found
  return steps.map(({ name, status, depth }: Found) => [name, status, depth])
}

it('goes through a queue: one execution, several processes, one trace', async () => {
  const id = await run(
    'producer',
    `import { withExecution } from '@runlens/instrumentation'
    import { writeFileSync } from 'node:fs'
    const execution = await withExecution({ workflow: { id: 'orders', name: 'Order' }, user: 'u-7', inputs: { order: 7 } }, async (execution) => {
      await execution.step('accept', async () => {})
      writeFileSync('message.json', JSON.stringify({ headers: execution.handOver({ 'content-type': 'text/plain' }) }))
      return execution
    })
    console.log(execution.id)`,
  )
  const first = await execution(id, ({ status }) => expect(status).toBe('waiting'))
  expect(first).toMatchObject({ workflow_id: 'orders', user_id: 'u-7', ended_at: null, duration_ms: null })
  await run(
    'consumer',
    `import { continueExecution } from '@runlens/instrumentation'
    import { readFileSync } from 'node:fs'
    const { headers } = JSON.parse(readFileSync('message.json', 'utf8'))
    await continueExecution(headers, async (execution) => {
      await execution.step('ship', async () => {})
      execution.setOutput({ parcel: 1 })
    })`,
    // Another way of telling contexts must not break it.
    { OTEL_PROPAGATORS: 'none' },
  )
  const whole = await execution(id, ({ status }) => expect(status).toBe('success'))
  expect(whole).toMatchObject({
    workflow_id: 'orders',
    workflow_name: 'Order',
    user_id: 'u-7',
    step_count: 2,
    trace_id: first.trace_id,
    started_at: first.started_at,
  })
  expect(whole.duration_ms).toBeGreaterThan(0)
  expect((await steps(id)).map(([name]) => name)).toEqual(['accept', 'ship'])
})

it('starts a child in another process, which knows its parent', async () => {
  const id = await run(
    'parent',
    `import { withExecution } from '@runlens/instrumentation'
    import { writeFileSync } from 'node:fs'
    const execution = await withExecution({ workflow: 'parent' }, async (execution) => {
      writeFileSync('child.json', JSON.stringify(execution.inject({})))
      return execution
    })
    console.log(execution.id)`,
  )
  const child = await run(
    'child',
    `import { withExecution } from '@runlens/instrumentation'
    import { readFileSync } from 'node:fs'
    const parent = JSON.parse(readFileSync('child.json', 'utf8'))
    console.log(await withExecution({ workflow: 'child', parent }, async (execution) => execution.id))`,
  )
  expect(child).not.toBe(id)
  await execution(child, (found) => expect(found).toMatchObject({ status: 'success', parent_execution_id: id }))
})

it('retries: attempts of a step are one step that succeeded, attempts of an execution belong together', async () => {
  const id = await run(
    'retries',
    `import { withExecution } from '@runlens/instrumentation'
    let fetched = 0
    let ran = 0
    const last = await withExecution({ workflow: 'flaky', id: 'run-1', retries: { attempts: 3, delayMs: 1 } }, async (execution) => {
      await execution.step({ name: 'fetch', retries: { attempts: 3 } }, async () => {
        if (++fetched % 3 !== 0) throw new Error('connection refused')
      })
      if (++ran < 2) throw new TypeError('bad run')
      return execution
    })
    console.log(last.id)`,
  )
  expect(id).toBe('run-1-attempt-2')
  const second = await execution(id, ({ status }) => expect(status).toBe('success'))
  expect(second).toMatchObject({ attempt: 2, retry_of: 'run-1', failed_steps: 0 })
  const first = await execution('run-1', ({ status }) => expect(status).toBe('error'))
  expect(first).toMatchObject({ attempt: 1, error_type: 'TypeError', error_message: 'bad run', failed_steps: 0 })
  expect((await steps('run-1')).map(([name, status]) => [name, status])).toEqual([
    ['fetch', 'error'],
    ['fetch', 'error'],
    ['fetch', 'success'],
  ])
})

it('tells errors: what failed where, what was partial, what timed out and who stopped it', async () => {
  const ids = await run(
    'errors',
    `import { startExecution, withExecution } from '@runlens/instrumentation'
    const ids = []
    const keep = (execution) => void ids.push(execution.id)
    await withExecution({ workflow: 'partial' }, async (execution) => {
      keep(execution)
      await execution.step('optional', async () => { throw new RangeError('none left') }).catch(() => {})
    })
    await withExecution({ workflow: 'timeout' }, async (execution) => {
      keep(execution)
      await execution.step('outer', (step) => step.step('inner', async () => { throw new Error('request timed out after 30 s') }))
    }).catch(() => {})
    await withExecution({ workflow: 'aborted' }, async (execution) => {
      keep(execution)
      AbortSignal.abort().throwIfAborted()
    }).catch(() => {})
    const byHand = startExecution({ workflow: 'by hand', kind: 'pipeline' })
    keep(byHand)
    const step = byHand.startStep('load')
    step.end({ status: 'failed' })
    step.end({ status: 'success' })
    byHand.end({ status: 'failed', output: { rows: 0 } })
    console.log(ids.join(' '))`,
  )
  const [partial, timeout, aborted, byHand] = ids.split(' ')
  await execution(partial!, (found) =>
    expect(found).toMatchObject({ status: 'partial', failed_step: 'optional', failed_steps: 1 }),
  )
  await execution(timeout!, (found) => expect(found).toMatchObject({ status: 'timeout', failed_step: 'inner' }))
  await execution(aborted!, (found) => expect(found).toMatchObject({ status: 'cancelled', error_type: 'AbortError' }))
  await execution(byHand!, (found) =>
    expect(found).toMatchObject({ status: 'failed', kind: 'pipeline', failed_step: 'load' }),
  )
  expect(await steps(timeout!)).toEqual([
    ['outer', 'timeout', 0],
    ['inner', 'timeout', 1],
  ])
})

it('wraps Express beside auto-instrumentation: the handler is an execution inside of the request', async () => {
  await run(
    'shop',
    `import express from 'express'
    import { currentExecution, executionHandler, executionMiddleware, step } from '@runlens/instrumentation'
    const app = express()
    app.get('/orders/:id', executionHandler((request) => ({ workflow: 'order page', kind: 'workflow', user: request.query.user }), async (request, response) => {
      await step('load', async () => {})
      currentExecution().setOutput({ id: request.params.id })
      response.json({ ok: true })
    }))
    app.get('/broken', executionHandler({}, async () => { throw new TypeError('no handler') }))
    app.use('/api', executionMiddleware({ workflow: 'api' }))
    app.get('/api/stock/:item', (request, response) => step('count', () => response.status(503).json({})))
    const server = app.listen(0, '127.0.0.1', async () => {
      const base = 'http://127.0.0.1:' + server.address().port
      for (const path of ['/orders/7?user=u-9', '/broken', '/api/stock/9']) await (await fetch(base + path)).text()
      server.close()
      server.closeAllConnections()
    })`,
  )
  const found = await eventually(async () => {
    const { executions } = (await get('/executions?service=shop')) as Found
    const one = (name: string) => executions.find(({ workflow_name }: Found) => workflow_name === name)
    expect(one('order page')).toBeDefined()
    expect(one('GET /broken')).toBeDefined()
    expect(one('api')).toBeDefined()
    expect(one('api')).toMatchObject({ status: 'error', kind: 'request', status_code: '503', step_count: 1 })
    return { page: one('order page'), broken: one('GET /broken'), all: executions }
  })
  expect(found.page).toMatchObject({
    status: 'success',
    kind: 'workflow',
    user_id: 'u-9',
    status_code: '200',
    mode: 'http',
    step_count: 1,
  })
  expect(found.page.parent_execution_id).not.toBeNull()
  expect(found.all.map(({ execution_id }: Found) => execution_id)).toContain(found.page.parent_execution_id)
  const details = (await get(`/executions/id/${found.page.execution_id}`)) as Found
  expect(details.output).toBe('{"id":"7"}')
  await execution(found.broken.execution_id, (one) =>
    expect(one).toMatchObject({ status: 'error', error_type: 'TypeError', status_code: '500' }),
  )
})

it('tracks queries: alone as executions of their own, otherwise as steps', async () => {
  const ids = await run(
    'tracked',
    `import { tracker, trackQuery, withExecution } from '@runlens/instrumentation'
    const logged = await tracker.logExecution({
      query: 'select * from trades', databaseType: 'kdb', queryComplexity: 'complex', executionTime: 2.5, startedAt: Date.now() - 60_000,
      totalRows: 5000, returnedRows: 100, page: 2, pageSize: 100, user: 'u-3', conversation: 'c-3',
      connection: { host: 'kdb-1', password: 'hunter2', url: 'kdb://me:hunter2@kdb-1' }, request: { authorization: 'Bearer abcdefghijk', format: 'json' },
    })
    const late = await tracker.logExecution({ query: 'select 1', databaseType: 'starburst', errorMessage: 'Query exceeded: timed out', user: 'u-3' })
    const rejected = await tracker.logExecution({ query: 'selec 1', databaseType: 'kdb', status: 'failed', errorType: 'SyntaxError', errorMessage: 'bad', user: 'u-3' })
    const client = trackQuery({
      host: 'db', port: 5432, password: 'hunter2',
      async query(what) {
        if (what.text === 'broken') throw Object.assign(new Error('syntax error'), { code: '42601' })
        return { rows: [1, 2, 3], rowCount: 3 }
      },
    }, { user: 'u-3' })
    const running = tracker.startExecution({ query: 'select 9', databaseType: 'kdb', startedAt: Date.now() - 3000 })
    const done = await running.end({ returnedRows: 9, completedAt: Date.now() })
    await running.end({ returnedRows: 10 })
    await client.query('SELECT * FROM orders WHERE id = $1', [7])
    await client.query({ text: 'broken' }).catch(() => {})
    const inside = await withExecution({ workflow: 'report', user: 'u-4' }, async (execution) => {
      await client.query('SELECT 3')
      return execution.id
    })
    console.log(logged.kind, logged.executionId, late.executionId, rejected.executionId, inside, done.executionId)`,
  )
  const [kind, id, late, rejected, inside, running] = ids.split(' ')
  expect(kind).toBe('acknowledged')
  const found = await execution(id!, ({ status }) => expect(status).toBe('success'))
  expect(found).toMatchObject({
    kind: 'query',
    query: 'select * from trades',
    database_type: 'kdb',
    duration_ms: 2_500,
    rows_total: 5_000,
    rows_returned: 100,
    user_id: 'u-3',
    conversation_id: 'c-3',
  })
  expect(JSON.stringify(found)).not.toContain('hunter2')
  expect(JSON.stringify(found)).not.toContain('abcdefghijk')
  const trace = JSON.stringify(await get(`/traces/${found.trace_id}`))
  expect(trace).toContain('runlens.query.connection.host')
  expect(trace).not.toContain('hunter2')
  await execution(late!, (one) => expect(one).toMatchObject({ status: 'timeout', database_type: 'starburst' }))
  await execution(rejected!, (one) => expect(one).toMatchObject({ status: 'failed', error_type: 'SyntaxError' }))
  const measured = await execution(running!, (one) =>
    expect(one).toMatchObject({ status: 'success', rows_returned: 9 }),
  )
  expect(measured.duration_ms).toBeGreaterThanOrEqual(3_000)
  const { executions } = (await get('/executions?service=tracked&database_type=postgresql')) as Found
  expect(executions.map(({ query, status, rows_returned }: Found) => [query, status, rows_returned])).toEqual([
    ['broken', 'failed', null],
    ['SELECT * FROM orders WHERE id = $1', 'success', 3],
  ])
  expect(await steps(inside!)).toEqual([['SELECT postgresql', 'success', 0]])
})

it('speaks gRPC where the environment says so', async () => {
  const id = await run(
    'over-grpc',
    `import { withExecution } from '@runlens/instrumentation'
    console.log(await withExecution({ workflow: 'over grpc' }, async (execution) => {
      for (let at = 0; at < 2000; at++) execution.step('s', () => {})
      return execution.id
    }))`,
    {
      OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://${stack.urls.otlpGrpc}`,
      OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip',
    },
  )
  await execution(id, (found) => expect(found).toMatchObject({ status: 'success', step_count: 2_000 }))
})
