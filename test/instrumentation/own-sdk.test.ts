/** A program that sets OpenTelemetry's SDK up itself and gives it our span processor, or starts ours beside it by mistake. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createProject, LINE_2, LINE_3, type Project } from './project.ts'
import { type Receiver, startReceiver } from './receiver.ts'

const lines = LINE_3 === undefined ? [LINE_2] : [LINE_2, LINE_3]

describe.each(lines)("an SDK of one's own, $name", (line) => {
  let project: Project
  let receiver: Receiver
  beforeAll(() => {
    project = createProject(line)
  })
  afterAll(() => project?.remove())
  beforeEach(async () => {
    receiver = await startReceiver()
  })
  afterEach(() => receiver.stop())

  const run = async (text: string, env: Record<string, string> = {}) => {
    project.write('program.mjs', text)
    const program = project.run('program.mjs', { env: { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, ...env } })
    const { code } = await program.ended
    expect({ code, output: program.output }).toEqual({ code: 0, output: expect.any(String) })
    return program.output
  }

  it('sends through our processor, and tracked queries know what became of them', async () => {
    const output = await run(`import { NodeSDK } from '@opentelemetry/sdk-node'
    import { tracker, withExecution } from '@runlens/instrumentation'
    import { runlensSpanProcessor } from '@runlens/instrumentation/processor'
    const processor = runlensSpanProcessor({ headers: { Authorization: 'Bearer key' } })
    const sdk = new NodeSDK({ serviceName: 'own', spanProcessors: [processor], metricReaders: [] })
    sdk.start()
    await withExecution({ workflow: 'w' }, (execution) => execution.step('s', () => {}))
    const { kind } = await tracker.logExecution({ query: 'select 1' })
    await sdk.shutdown()
    console.log(kind, processor.stats().spans.acknowledged)`)
    expect(output.trim()).toBe('acknowledged 3')
    expect(receiver.spans.map(({ name, resource }) => [name, resource['service.name']])).toEqual([
      ['s', 'own'],
      ['w', 'own'],
      ['SELECT', 'own'],
    ])
    expect(receiver.requests[0]).toMatchObject({ authorization: 'Bearer key' })
  })

  it('is left alone by startRunlens, which says so', async () => {
    const output = await run(
      `import { NodeSDK } from '@opentelemetry/sdk-node'
      import { tracker } from '@runlens/instrumentation'
      import { startRunlens } from '@runlens/instrumentation/sdk'
      const sdk = new NodeSDK({ serviceName: 'own', metricReaders: [] })
      sdk.start()
      const runlens = startRunlens({ instrumentations: 'none' })
      const { kind } = await tracker.logExecution({ query: 'select 1' })
      await sdk.shutdown()
      console.log(runlens.isRunning, kind)`,
      { OTEL_LOG_LEVEL: 'warn' },
    )
    expect(output).toContain('false unknown')
    expect(output).toContain('@runlens/instrumentation/processor')
    expect(receiver.spans.map(({ name }) => name)).toEqual(['SELECT'])
  })

  it('is switched off by OTEL_SDK_DISABLED', async () => {
    const output = await run(
      `import { withExecution } from '@runlens/instrumentation'
      import { startRunlens } from '@runlens/instrumentation/sdk'
      console.log(startRunlens().isRunning, withExecution({ workflow: 'w' }, () => 7))`,
      { OTEL_SDK_DISABLED: 'true' },
    )
    expect(output.trim()).toBe('false 7')
    expect(receiver.requests).toEqual([])
  })
})
