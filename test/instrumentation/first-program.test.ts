/** The sample of the READMEs as a program of its own, on both lines of the SDK, against the whole stack: ended, running, killed. */
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startApi, type TestApi } from '../kit/api.ts'
import { type Stack, startStack } from '../kit/stack.ts'
import { eventually } from '../kit/traces.ts'
import { createProject, LINE_2, LINE_3, type Program, type Project } from './project.ts'

const SAMPLE = sampleIn('README.md')
/** The same as a program that takes long: its second step, and then the whole, go on when the test writes a file. */
const LONG_SAMPLE = `import { existsSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
${SAMPLE.replace(
  /^( *)(await execution\.step\('charge', async \(step\) => )(.*)\)$/m,
  "$1$2{ $3; await file('charged') })\n$1await file('over')",
)}
async function file(name) {
  while (!existsSync(name)) await sleep(20)
}`

function sampleIn(path: string): string {
  const markdown = readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')
  return /```js\n(?:\/\/ first\.mjs\n)?(import \{ withExecution \}[\s\S]*?)```/.exec(markdown)?.[1] ?? ''
}

let stack: Stack
beforeAll(async () => {
  stack = await startStack()
})
afterAll(() => stack?.stop())

const lines = LINE_3 === undefined ? [LINE_2] : [LINE_2, LINE_3]
if (LINE_3 === undefined) console.warn('The 3.x line is not tested: it needs Node 22.15, and this one is older.')

it('both READMEs have the same sample', () => {
  expect(SAMPLE).toContain("execution.step('charge'")
  expect(sampleIn('instrumentation/README.md')).toBe(SAMPLE)
})

describe.each(lines)('the first program, $name', (line) => {
  let project: Project
  beforeAll(() => {
    project = createProject(line)
  })
  afterAll(() => project?.remove())

  it('is an execution with its steps and its final state', async () => {
    const service = `first, ${line.name}`
    const program = start(project, SAMPLE, service)
    const { code } = await program.ended
    expect({ code, output: program.output }).toEqual({ code: 0, output: expect.any(String) })
    const { execution_id: id } = await found(service)
    await eventually(async () =>
      expect(await get(`/executions/id/${id}`)).toMatchObject({
        workflow_name: 'nightly invoices',
        kind: 'job',
        status: 'success',
        environment: 'prod',
        service,
        provider: 'runlens',
        step_count: 2,
        user_id: null,
      }),
    )
    expect(await steps(id)).toEqual([
      ['collect', 'success'],
      ['charge', 'success'],
    ])
  })

  it('shows while it runs, with its steps as they end', async () => {
    const service = `long, ${line.name}`
    const program = start(project, LONG_SAMPLE, service)
    const { execution_id: id, started_at } = await found(service)
    const seenAtMs = Date.now()
    console.log(`${line.name}: seen running ${seenAtMs - Date.parse(started_at)} ms after its start`)
    await becomes(id, [
      ['collect', 'success'],
      ['charge', 'running'],
    ])
    expect(await get(`/executions/id/${id}`)).toMatchObject({ status: 'running', ended_at: null, duration_ms: null })
    project.write('charged', '')
    await becomes(id, [
      ['collect', 'success'],
      ['charge', 'success'],
    ])
    expect(await get(`/executions/id/${id}`)).toMatchObject({ status: 'running', ended_at: null, step_count: 2 })
    expect(program.child.exitCode).toBeNull()

    project.write('over', '')
    expect(await program.ended).toMatchObject({ code: 0 })
    const ended = await eventually(async () => {
      const execution = await get(`/executions/id/${id}`)
      expect(execution).toMatchObject({ status: 'success', step_count: 2, started_at })
      return execution
    })
    expect(Date.parse(ended.ended_at)).toBeGreaterThanOrEqual(seenAtMs)
  })
})

/** Clocks are put forward instead of waiting: an execution is lost 30 s after its last sign of life, however often it gives one. */
describe('the first program, once it falls silent after its first heartbeat,', () => {
  const OFTEN = `import { startRunlens } from '@runlens/instrumentation/sdk'
startRunlens({ heartbeatIntervalMs: 500, instrumentations: 'none' })`
  let project: Project
  /** Since when the program says nothing. */
  let silentMs: number
  let soon: TestApi
  let later: TestApi
  beforeAll(async () => {
    project = createProject(LINE_2)
    project.write('often.mjs', OFTEN)
    soon = await startApi({ clickhouseUrl: stack.urls.clickhouse, now: () => silentMs + 15_000 })
    later = await startApi({ clickhouseUrl: stack.urls.clickhouse, now: () => Date.now() + 31_000 })
  })
  afterAll(async () => {
    project?.remove()
    await Promise.all([soon?.stop(), later?.stop()])
  })

  const statusBy = async (api: TestApi, id: string) => (await api.get(`/api/v1/executions/id/${id}`)).body.status

  /** Its id, once it gave a sign of life. */
  async function alive(service: string): Promise<string> {
    const { execution_id: id } = await found(service)
    await eventually(async () => {
      const { logs } = await get(`/executions/id/${id}/logs`)
      expect(logs.map((one: { event_name: string }) => one.event_name)).toContain('runlens.execution.heartbeat')
    })
    return id
  }

  it('by kill -9, is lost, with the step that it was in', async () => {
    const program = start(project, LONG_SAMPLE, 'killed', './often.mjs')
    const id = await alive('killed')
    silentMs = Date.now()
    program.child.kill('SIGKILL')
    expect(await program.ended).toMatchObject({ signal: 'SIGKILL' })
    expect(await statusBy(soon, id)).toBe('running')
    // What was under way when it died may be accepted yet.
    await eventually(async () => expect(await statusBy(later, id)).toBe('lost'))
    const { body } = await later.get(`/api/v1/executions/id/${id}/tree`)
    expect(body.steps.map(namesAndStatuses)).toEqual([
      ['collect', 'success'],
      ['charge', 'lost'],
    ])
    const list = await later.get('/api/v1/executions?status=lost&service=killed')
    expect(list.body.executions).toMatchObject([{ execution_id: id, status: 'lost', ended_at: null }])
  })

  it('by SIGSTOP, is lost, and is not when it goes on and ends', async () => {
    const program = start(project, LONG_SAMPLE, 'stopped', './often.mjs')
    const id = await alive('stopped')
    silentMs = Date.now()
    program.child.kill('SIGSTOP')
    await eventually(async () => expect(await statusBy(later, id)).toBe('lost'))
    for (const file of ['charged', 'over']) project.write(file, '')
    program.child.kill('SIGCONT')
    expect(await program.ended).toMatchObject({ code: 0 })
    await eventually(async () => expect(await statusBy(later, id)).toBe('success'))
    expect(await steps(id)).toEqual([
      ['collect', 'success'],
      ['charge', 'success'],
    ])
  })
})

/** Runs a program of the project as a service of its own. */
function start(project: Project, text: string, service: string, before?: string): Program {
  project.write('first.mjs', text)
  return project.run('first.mjs', {
    flags: ['--import', before ?? '@runlens/instrumentation/register'],
    env: {
      OTEL_EXPORTER_OTLP_ENDPOINT: stack.urls.otlpHttp,
      OTEL_SERVICE_NAME: service,
      OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=prod',
    },
  })
}

/** The one execution of a service. */
async function found(service: string): Promise<{ execution_id: string; started_at: string }> {
  return eventually(async () => {
    const { executions } = await get(`/executions?service=${encodeURIComponent(service)}`)
    expect(executions).toHaveLength(1)
    return executions[0]
  })
}

async function steps(id: string): Promise<[string, string][]> {
  return (await get(`/executions/id/${id}/tree`)).steps.map(namesAndStatuses)
}

function becomes(id: string, expected: [string, string][]): Promise<void> {
  return eventually(async () => expect(await steps(id)).toEqual(expected))
}

function namesAndStatuses({ name, status }: { name: string; status: string }): [string, string] {
  return [name, status]
}

// biome-ignore lint/suspicious/noExplicitAny: the body of any answer
async function get(path: string): Promise<any> {
  return (await fetch(`${stack.urls.api}/api/v1${path}`)).json()
}
