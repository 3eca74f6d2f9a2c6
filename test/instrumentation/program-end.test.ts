/** Programs that end in all the ways programs end: what they recorded arrives, and they end as they would have without us. */
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { eventually } from '../kit/traces.ts'
import { createProject, LINE_2, LINE_3, type Project } from './project.ts'
import { type Receiver, startReceiver } from './receiver.ts'

const HEAD = `import { startExecution, step, withExecution } from '@runlens/instrumentation'
import { setTimeout as sleep } from 'node:timers/promises'
`
const flags = ['--import', '@runlens/instrumentation/register']

const lines = LINE_3 === undefined ? [LINE_2] : [LINE_2, LINE_3]

describe.each(lines)('a program, $name', (line) => {
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

  const run = (text: string, with_ = flags) => {
    project.write('program.mjs', HEAD + text)
    return project.run('program.mjs', { flags: with_, env: { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url } })
  }
  const named = (name: string) => receiver.spans.filter((span) => span.name === name)

  it('that runs to its end is not held up, and everything arrives', async () => {
    const program = run(
      `import { startRunlens } from '@runlens/instrumentation/sdk'
    startRunlens({ flushTimeoutMs: 600_000, instrumentations: 'none' })
    await withExecution({ workflow: 'w' }, async (execution) => {
      for (let at = 0; at < 1000; at++) await execution.step('s', async () => {})
    })
    // Long after its end.
    setTimeout(() => console.log('held up'), 60_000).unref()`,
      [],
    )
    const { code } = await program.ended
    expect({ code, output: program.output }).toEqual({ code: 0, output: '' })
    expect(named('s').length).toBe(1000)
    expect(named('w').length).toBe(1)
  })

  it('whose execution throws ends with that error, and the execution has it', async () => {
    const program = run(`await withExecution({ workflow: 'w' }, async (execution) => {
      await execution.step('s', async () => { throw new RangeError('no more: password=hunter2') })
    })`)
    const { code } = await program.ended
    expect(code).toBe(1)
    expect(program.output).toContain('RangeError: no more: password=hunter2')
    for (const name of ['w', 's']) {
      const [span] = named(name)
      expect(span).toMatchObject({
        status: { code: 2, message: 'no more: password=[redacted]' },
        attributes: { 'error.type': 'RangeError' },
        events: [{ name: 'exception', attributes: { 'exception.type': 'RangeError' } }],
      })
    }
  })

  it('that calls process.exit leaves nothing open', async () => {
    const { code } = await run(`const execution = startExecution({ workflow: 'w' })
    execution.startStep('s')
    process.exit(3)`).ended
    expect(code).toBe(3)
    expect(receiver.spans.map(({ name, attributes }) => [name, attributes['error.type']])).toEqual([
      ['s', 'ProcessExit'],
      ['w', 'ProcessExit'],
    ])
    expect(named('w')[0]!.attributes).toMatchObject({ 'runlens.execution.status': 'error' })
    expect(named('w')[0]!.status.message).toContain('exit code 3')
  })

  it('that gets SIGTERM sends what there is and ends by that signal', async () => {
    const program = run(`withExecution({ workflow: 'w' }, async (execution) => {
      await execution.step('done', async () => {})
      await execution.step('open', async () => { console.log('ready'); await sleep(60_000) })
    })`)
    await program.printed('ready')
    program.child.kill('SIGTERM')
    const { signal } = await program.ended
    expect(signal).toBe('SIGTERM')
    expect(receiver.spans.map(({ name }) => name)).toEqual(['done', 'open', 'w'])
    expect(named('w')[0]!.attributes).toMatchObject({
      'runlens.execution.status': 'cancelled',
      'error.type': 'SIGTERM',
    })
    expect(named('done')[0]!.status.code).toBe(0)
  })

  it('that begins executions while it is stopped leaves none of them open', async () => {
    const program = run(`import { writeSync } from 'node:fs'
    setInterval(() => writeSync(1, 'begun ' + startExecution({ workflow: 'w' }).traceId + '\\n'), 1)`)
    await program.printed('begun')
    program.child.kill('SIGTERM')
    expect((await program.ended).signal).toBe('SIGTERM')
    const begun = [...program.output.matchAll(/begun (\w+)/g)].map(([, id]) => id)
    expect(receiver.spans.map(({ traceId }) => traceId).sort()).toEqual(begun.sort())
  })

  it('that ends by itself at SIGTERM finishes its work first', async () => {
    const program = run(`let stop
    const stopped = new Promise((resolve) => { stop = resolve })
    process.on('SIGTERM', () => stop())
    const alive = setInterval(() => {}, 1000)
    await withExecution({ workflow: 'w' }, async (execution) => {
      console.log('ready')
      await stopped
      await execution.step('last', () => sleep(300))
    })
    clearInterval(alive)`)
    await program.printed('ready')
    program.child.kill('SIGTERM')
    const { code, signal } = await program.ended
    expect({ code, signal }).toEqual({ code: 0, signal: null })
    expect(named('w')[0]).toMatchObject({ status: { code: 0 } })
    expect(named('w')[0]!.attributes).not.toHaveProperty('runlens.execution.status')
    expect(named('last').length).toBe(1)
  })

  it('that is killed soon after its start has given a sign of life, by which it is missed', async () => {
    const program = run(`withExecution({ workflow: 'w' }, () => { console.log('ready'); return sleep(60_000) })`)
    await program.printed('ready')
    await eventually(async () =>
      expect(receiver.logs.map(({ eventName }) => eventName)).toEqual([
        'runlens.execution.started',
        'runlens.execution.heartbeat',
      ]),
    )
    program.child.kill('SIGKILL')
    await program.ended
  })

  it('is told of soon after its start and while it runs, and no more once it was killed', async () => {
    const program = run(
      `import { startRunlens } from '@runlens/instrumentation/sdk'
    startRunlens({ heartbeatIntervalMs: 400, instrumentations: 'none' })
    setTimeout(() => console.log('long after'), 20_000)
    const before = Date.now()
    withExecution({ workflow: 'w', user: 'u-1', inputs: { a: 1 } }, async (execution) => {
      console.log('started', before, Date.now())
      await execution.step('short', async () => {})
      await execution.step('long', async () => { await sleep(500); execution.setProgress(0.5); await sleep(60_000) })
    })`,
      [],
    )
    await program.printed('started')
    const [beforeMs = 0, startedMs = 0] = /started (\d+) (\d+)/.exec(program.output)?.slice(1).map(Number) ?? []
    const logs = (event: string) => receiver.logs.filter(({ eventName }) => eventName === event)
    const [started] = await eventually(async () => {
      const found = logs('runlens.execution.started')
      expect(found.length).toBe(1)
      return found
    })
    expect(program.output).not.toContain('long after')
    expect(started!.attributes).toMatchObject({
      'runlens.execution.kind': 'workflow',
      'runlens.execution.id': started!.traceId,
      'runlens.workflow.name': 'w',
      'runlens.execution.input': '{"a":1}',
      'user.id': 'u-1',
      'runlens.span.name': 'w',
      'runlens.span.kind': 1,
    })
    const spanStartMs = Number(BigInt(String(started!.attributes['runlens.span.started_at'])) / 1_000_000n)
    // The two clocks may be so far apart.
    expect(spanStartMs).toBeGreaterThanOrEqual(beforeMs - 21)
    expect(spanStartMs).toBeLessThanOrEqual(startedMs + 21)
    await eventually(async () => expect(logs('runlens.execution.heartbeat').length).toBeGreaterThan(2))
    expect(logs('runlens.execution.heartbeat')[0]!.attributes).not.toHaveProperty('runlens.execution.input')
    expect(logs('runlens.execution.updated').map(({ attributes }) => attributes['runlens.execution.progress'])).toEqual(
      [0.5],
    )
    expect(logs('runlens.step.started').map(({ attributes }) => attributes['runlens.span.name'])).toEqual(['long'])
    expect(logs('runlens.step.started')[0]!.attributes['runlens.span.parent_id']).toBe(started!.spanId)
    expect(named('short').length).toBe(1)
    program.child.kill('SIGKILL')
    await program.ended
    // What was on its way is taken.
    await sleep(1_000)
    const before = receiver.logs.length
    await sleep(1_000)
    expect(receiver.logs.length).toBe(before)
    expect(named('w')).toEqual([])
  })
})
