/**
 * Programs with emitters of others as they come from the registry, run against the whole stack. Where nothing of ours is in them,
 * all that they are told is where to export to. The programs are in `emitters/programs`.
 */
import { copyFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createProject, LINE_2, LINE_3, type Line, type Program, type Project } from '../instrumentation/project.ts'
import { type Stack, startStack } from '../kit/stack.ts'
import { eventually } from '../kit/traces.ts'
import { type Postgres, startPostgres } from './emitters/postgres.ts'

const PROGRAMS = fileURLToPath(new URL('emitters/programs', import.meta.url))
const AUTO = '@opentelemetry/auto-instrumentations-node'
const SERVICE = ['@opentelemetry/*', AUTO, 'express']
const GRAPH = ['@langchain/core', '@langchain/langgraph', 'zod']
/** As the manual of the automatic instrumentation says, for CommonJS and for ES modules. */
const REQUIRED = ['--require', `${AUTO}/register`]
const IMPORTED = ['--import', `${AUTO}/register`, '--experimental-loader=@opentelemetry/instrumentation/hook.mjs']

let stack: Stack
let postgres: Postgres
const projects: Project[] = []
beforeAll(async () => {
  ;[stack, postgres] = await Promise.all([startStack(), startPostgres()])
})
afterAll(async () => {
  for (const project of projects) project.remove()
  await Promise.all([stack?.stop(), postgres?.stop()])
})

interface Start {
  file: string
  service: string
  packages: readonly string[]
  flags: readonly string[]
  line?: Line
}

function start({ file, service, packages, flags, line = LINE_2 }: Start): Program {
  const project = createProject(line, packages)
  projects.push(project)
  for (const name of readdirSync(PROGRAMS)) copyFileSync(join(PROGRAMS, name), join(project.directory, name))
  const env = {
    OTEL_EXPORTER_OTLP_ENDPOINT: stack.urls.otlpHttp,
    OTEL_SERVICE_NAME: service,
    // Others ask the metadata servers of clouds.
    OTEL_NODE_RESOURCE_DETECTORS: 'env,host,process',
    // Mastra tells its makers what it is used for.
    MASTRA_TELEMETRY_DISABLED: '1',
    DATABASE_URL: postgres.url,
  }
  return project.run(file, { flags, env })
}

/** Runs a service for some requests, one after another; gives the status of each answer. */
async function serve(options: Start, paths: readonly string[]): Promise<number[]> {
  const program = start(options)
  await program.printed('.\n')
  const port = /listening on (\d+)/.exec(program.output)?.[1]
  const statuses: number[] = []
  for (const path of paths) {
    const answer = await fetch(`http://127.0.0.1:${port}${path}`)
    await answer.text()
    statuses.push(answer.status)
  }
  program.child.kill('SIGTERM')
  expect(await program.ended, program.output).toMatchObject({ code: 0 })
  return statuses
}

// Tests read what they expect; a wrong shape fails them.
// biome-ignore lint/suspicious/noExplicitAny: the body of any route
type Body = any
async function get(path: string): Promise<Body> {
  const answer = await fetch(`${stack.urls.api}/api/v1${path}`)
  expect(answer.status).toBe(200)
  return answer.json()
}

/** All executions of a service in the order of their start, once they are what is expected and nothing more. */
async function found(service: string, expected: readonly object[]): Promise<Body[]> {
  return eventually(async () => {
    const { executions } = await get(`/executions?service=${service}&sort=started_at`)
    const inOrder = executions.sort((a: Body, b: Body) => a.started_at.localeCompare(b.started_at))
    expect(inOrder).toMatchObject(expected)
    return inOrder
  })
}

/** Name, type and depth of each step. */
async function steps(id: string): Promise<[string, string, number][]> {
  const { steps } = await get(`/executions/id/${id}/tree`)
  return steps.map(({ name, type, depth }: Body) => [name, type, depth])
}

describe('a service under the automatic instrumentation alone', () => {
  it('shows its requests, and its queries as steps with what they ask of which database', async () => {
    const program = { file: 'orders-service.cjs', service: 'orders', packages: [...SERVICE, 'pg'], flags: REQUIRED }
    expect(await serve(program, ['/orders/7', '/reports'])).toEqual([200, 500])
    const request = { kind: 'request', mode: 'http', provider: 'opentelemetry', parent_execution_id: null }
    const [order, report] = await found('orders', [
      { ...request, workflow_name: 'GET /orders/:id', status: 'success', status_code: '200', failed_steps: 0 },
      { ...request, workflow_name: 'GET /reports', status: 'error', status_code: '500', failed_steps: 1 },
    ])
    // The pool opens its first connection for the first query.
    expect(await steps(order.execution_id)).toEqual([
      ['pg-pool.connect', 'db', 0],
      ['pg.connect', 'db', 1],
      ['pg.query:SELECT shop', 'db', 0],
    ])
    expect(report.failed_step).toBe('pg.query:SELECT shop')
    // The server's code for a table that is not there.
    expect(report.error_message).toContain('42P01')
    const queries = await stack.query(`SELECT step_type, status, database_type, query FROM v_spans
      WHERE service = 'orders' AND role = 'step' AND query != '' ORDER BY started_at`)
    expect(queries).toEqual([
      {
        step_type: 'db',
        status: 'success',
        database_type: 'postgresql',
        query: 'SELECT id, total FROM orders WHERE id = $1',
      },
      { step_type: 'db', status: 'error', database_type: 'postgresql', query: 'SELECT * FROM reports' },
    ])
  })
})

describe.each([
  {
    by: 'our callbacks',
    file: 'ask-service.mjs',
    packages: [] as string[],
    flags: ['--import', '@runlens/instrumentation/register'],
    provider: 'runlens',
    input: '{"question":"The capital of France?"}',
    type: 'agent',
  },
  {
    by: 'OpenInference',
    file: 'ask-openinference.mjs',
    packages: ['@arizeai/openinference-instrumentation-langchain'],
    flags: IMPORTED,
    provider: 'langgraph',
    // OpenInference writes the one text of an input as it is, and takes a graph for a chain like its nodes.
    input: 'The capital of France?',
    type: 'node',
  },
])('a graph in a handler of Express, told by $by,', ({ file, packages, flags, provider, input, type }) => {
  it('is an agent below its request, with its nodes as steps, and there is no third execution', async () => {
    const service = `ask-${provider}`
    const program = { file, service, packages: [...SERVICE, ...GRAPH, ...packages], flags }
    expect(await serve(program, ['/ask?question=The%20capital%20of%20France%3F&thread=t-1'])).toEqual([200])
    const [request, agent] = await found(service, [
      { kind: 'request', workflow_name: 'GET /ask', status: 'success', step_count: 1, parent_execution_id: null },
      {
        kind: 'agent',
        workflow_name: 'geographer',
        status: 'success',
        step_count: 4,
        provider,
        conversation_id: 't-1',
      },
    ])
    expect(agent).toMatchObject({
      parent_execution_id: request.execution_id,
      trace_id: request.trace_id,
      input_preview: input,
    })
    expect(JSON.parse(agent.output_preview)).toMatchObject({ answer: 'Paris', page: 'a page about France' })
    expect(await steps(request.execution_id)).toEqual([['geographer', type, 0]])
    expect(await steps(agent.execution_id)).toEqual([
      ['think', 'node', 0],
      ['FakeListChatModel', 'llm', 1],
      ['atlas', 'tool', 1],
      ['check', 'node', 0],
    ])
  })
})

interface AiSdk {
  version: number
  packages: readonly string[]
  line: Line
  execution: object
  model: string
}
const AI_SDK: AiSdk[] = [
  {
    version: 6,
    packages: ['ai-6 as ai'],
    line: LINE_2,
    execution: { provider: 'ai-sdk', user_id: 'u-6', conversation_id: 's-6', output_preview: 'It rains.' },
    model: 'doGenerate',
  },
]
if (LINE_3 === undefined) console.warn('The AI SDK 7 is not tested: it needs Node 22, and this one is older.')
else {
  AI_SDK.push({
    version: 7,
    packages: ['ai', '@ai-sdk/otel'],
    line: { ...LINE_2, node: LINE_3.node },
    execution: { provider: 'gen_ai', output_preview: expect.stringContaining('It rains.') },
    model: 'chat mock-model',
  })
}

describe.each(AI_SDK)('the AI SDK $version', ({ version, packages, line, execution, model }) => {
  it('is an agent named by its function, with its model calls and its tool call as steps', async () => {
    const service = `weather-${version}`
    const all = ['@opentelemetry/*', AUTO, 'zod', ...packages]
    const program = start({
      file: `${service}.mjs`,
      service,
      packages: all,
      flags: ['--import', `${AUTO}/register`],
      line,
    })
    expect(await program.ended, program.output).toMatchObject({ code: 0 })
    expect(program.output).toContain('It rains.')
    const [run] = await found(service, [
      {
        kind: 'agent',
        workflow_id: 'weather-report',
        workflow_name: 'weather-report',
        status: 'success',
        step_count: 3,
        failed_steps: 0,
        input_preview: expect.stringContaining('How is the weather in Bergen?'),
        ...execution,
      },
    ])
    expect(await steps(run.execution_id)).toEqual([
      [model, 'llm', 0],
      ['weather', 'tool', 0],
      [model, 'llm', 0],
    ])
  })
})

describe('Mastra', () => {
  it('has runs of workflows that succeed, fail and are suspended, and an agent with model calls and a tool', async () => {
    // It asks for Node 22, and gets it where there is one.
    const line = { ...LINE_2, node: LINE_3?.node ?? LINE_2.node }
    const packages = ['@mastra/*', 'zod']
    const program = start({ file: 'mastra-shop.mjs', service: 'mastra-shop', packages, flags: [], line })
    expect(await program.ended, program.output).toMatchObject({ code: 0 })
    const ids = (status: string) =>
      [...program.output.matchAll(new RegExp(`(\\S+) ${status}$`, 'gm'))].map(([, id]) => id)
    const run = { kind: 'workflow', provider: 'mastra' }
    const [shipped, declined, waiting, agent] = await found('mastra-shop', [
      { ...run, workflow_name: 'ship', status: 'success', execution_id: ids('success')[0], step_count: 2 },
      { ...run, workflow_name: 'ship', status: 'failed', execution_id: ids('failed')[0], failed_step: 'charge' },
      { ...run, workflow_name: 'order', status: 'waiting', execution_id: ids('suspended')[0] },
      { kind: 'agent', provider: 'mastra', workflow_name: 'helper', status: 'success' },
    ])
    expect(JSON.parse(shipped.output_preview)).toEqual({ order: 'A-1', total: 20 })
    expect(declined.error_message).toContain('card declined')
    const namesOf = async ({ execution_id }: Body) => (await steps(execution_id)).map(([name, type]) => [name, type])
    expect(await namesOf(shipped)).toEqual([
      ['price', 'node'],
      ['charge', 'node'],
    ])
    // Its times are whole milliseconds: what begins in the same one stands in any order.
    expect((await namesOf(waiting)).sort()).toEqual([
      ['approve', 'node'],
      ['charge', 'node'],
      ['price', 'node'],
    ])
    expect(await namesOf(agent)).toEqual([
      ['model_generation made-up-1', 'llm'],
      ['chat made-up-1', 'llm'],
      ['lookup', 'tool'],
      ['chat made-up-1', 'llm'],
    ])
    expect(agent.output_preview).toContain('It is on its way.')
  })
})

it('nothing else of all these programs became an execution', async () => {
  const { executions } = await get('/executions?limit=100')
  const counts: Record<string, number> = {}
  for (const { service } of executions) counts[service] = (counts[service] ?? 0) + 1
  const agents = Object.fromEntries(AI_SDK.map(({ version }) => [`weather-${version}`, 1]))
  expect(counts).toEqual({ orders: 2, 'ask-runlens': 2, 'ask-langgraph': 2, 'mastra-shop': 4, ...agents })
})
