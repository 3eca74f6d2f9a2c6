/** The sample of the README as a program of its own, on both lines of the SDK, against the whole stack. */
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Stack, startStack } from '../kit/stack.ts'
import { eventually } from '../kit/traces.ts'
import { createProject, LINE_2, LINE_3, type Project } from './project.ts'

const README = readFileSync(new URL('../../README.md', import.meta.url), 'utf8')
const SAMPLE = /```js\n(import \{ withExecution \}[\s\S]*?)```/.exec(README)?.[1] ?? ''

let stack: Stack
beforeAll(async () => {
  stack = await startStack()
})
afterAll(() => stack?.stop())

const lines = LINE_3 === undefined ? [LINE_2] : [LINE_2, LINE_3]
if (LINE_3 === undefined) console.warn('The 3.x line is not tested: it needs Node 22.15, and this one is older.')

describe.each(lines)('the first program, $name', (line) => {
  let project: Project
  beforeAll(() => {
    project = createProject(line)
    project.write('first.mjs', SAMPLE)
  })
  afterAll(() => project?.remove())

  it('is an execution with its steps and its final state', async () => {
    const before = await executions()
    const program = project.run('first.mjs', {
      flags: ['--import', '@runlens/instrumentation/register'],
      env: {
        OTEL_EXPORTER_OTLP_ENDPOINT: stack.urls.otlpHttp,
        OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=prod',
      },
    })
    const { code } = await program.ended
    expect({ code, output: program.output }).toEqual({ code: 0, output: expect.any(String) })
    const execution = await eventually(async () => {
      const [found] = (await executions()).filter(
        ({ execution_id }) => !before.some((one) => one.execution_id === execution_id),
      )
      expect(found).toBeDefined()
      return found!
    })
    expect(execution).toMatchObject({
      workflow_name: 'nightly invoices',
      kind: 'job',
      status: 'success',
      environment: 'prod',
      service: 'my-project',
      provider: 'runlens',
      step_count: 2,
      user_id: null,
    })
    const tree = await get(`/executions/id/${execution.execution_id}/tree`)
    expect(tree.steps.map(({ name, status }: { name: string; status: string }) => [name, status])).toEqual([
      ['collect', 'success'],
      ['charge', 'success'],
    ])
  })
})

async function executions(): Promise<{ execution_id: string }[]> {
  return (await get('/executions')).executions
}

// biome-ignore lint/suspicious/noExplicitAny: the body of any answer
async function get(path: string): Promise<any> {
  return (await fetch(`${stack.urls.api}/api/v1${path}`)).json()
}
