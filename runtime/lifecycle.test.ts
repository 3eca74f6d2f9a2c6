/** A child process that runs the real lifecycle, because starting, signals and a dead supervisor can't be had in this one. */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'

const RUNTIME = new URL('./dist/index.js', import.meta.url).href
let directory: string
let child: ChildProcess
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'runlens-lifecycle-'))
})
afterEach(() => {
  child.kill('SIGKILL')
  rmSync(directory, { recursive: true, force: true })
})

/** `body` is the `start` function of a process. */
function run(body: string, stopMs = 60_000): { messages: unknown[]; output: () => string } {
  const path = join(directory, 'main.mjs')
  writeFileSync(
    path,
    `import { createLogger, runProcess, RunlensError } from ${JSON.stringify(RUNTIME)}
     const never = new Promise(() => setInterval(() => {}, 1000))
     await runProcess('worker', createLogger('worker', 'info'), async () => { ${body} }, ${stopMs})`,
  )
  child = fork(path, [], { stdio: ['ignore', 'pipe', 'pipe', 'ipc'], execArgv: [] })
  const messages: unknown[] = []
  let output = ''
  child.on('message', (message) => messages.push(message))
  child.stdout?.on('data', (chunk) => {
    output += chunk
  })
  return { messages, output: () => output }
}

it('says ready once with its addresses, stops on SIGTERM and exits 0', async () => {
  const { messages, output } = run(
    `setInterval(() => {}, 1000); return { listen: { http: '127.0.0.1:1' }, stop: async () => { console.log('drained') } }`,
  )
  await once(child, 'message')
  child.kill('SIGTERM')
  child.kill('SIGINT')
  const [code] = await once(child, 'close')
  expect(code).toBe(0)
  expect(messages).toEqual([{ type: 'ready', component: 'worker', listen: { http: '127.0.0.1:1' } }])
  expect(output().match(/drained/g)).toHaveLength(1)
})

it('tells a known fault with code and hint, as log line and message, and exits with 78', async () => {
  const { messages, output } = run(`throw new RunlensError('port_in_use', 'taken', 'take another')`)
  const [code] = await once(child, 'close')
  expect(code).toBe(78)
  expect(messages).toEqual([
    { type: 'failed', component: 'worker', code: 'port_in_use', message: 'taken', hint: 'take another' },
  ])
  expect(JSON.parse(output())).toMatchObject({ level: 60, code: 'port_in_use', hint: 'take another', msg: 'taken' })
})

it('exits with 1 for an unknown fault, so that it is tried again', async () => {
  const { messages } = run(`throw new TypeError('oops')`)
  const [code] = await once(child, 'close')
  expect(code).toBe(1)
  expect(messages).toMatchObject([{ type: 'failed', code: 'unexpected', message: 'oops' }])
})

it('drains and ends by itself when its supervisor is gone', async () => {
  const { output } = run(
    `setInterval(() => {}, 1000); return { listen: {}, stop: async () => { console.log('drained') } }`,
  )
  await once(child, 'message')
  child.disconnect()
  await Promise.all([once(child, 'exit'), once(child.stdout!, 'end')])
  expect(output()).toContain('drained')
  expect(output()).toContain('"msg":"stopped"')
})

it('ends when its supervisor goes while it is still starting', async () => {
  run(`await never`)
  await once(child, 'spawn')
  child.disconnect()
  await once(child, 'exit')
  expect(child.signalCode ?? child.exitCode).not.toBeNull()
})

it('gives up a stop that hangs', async () => {
  run(`setInterval(() => {}, 1000); return { listen: {}, stop: () => never }`, 200)
  await once(child, 'message')
  child.kill('SIGTERM')
  const [code] = await once(child, 'close')
  expect(code).toBe(1)
})

it('ends although nobody can read its log any more', async () => {
  run(`setInterval(() => {}, 1000); return { listen: {}, stop: async () => {} }`)
  await once(child, 'message')
  child.stdout?.destroy()
  child.disconnect()
  await once(child, 'exit')
  expect(child.signalCode ?? child.exitCode).not.toBeNull()
})

it('goes on while nobody reads its log', async () => {
  run(
    `const log = createLogger('worker', 'info')
     for (let line = 0; line < 20_000; line++) log.info('a line of some length, so that all of them fill any pipe')
     return { listen: { http: 'through' }, stop: async () => {} }`,
  )
  child.stdout?.pause()
  const [message] = await once(child, 'message')
  expect(message).toMatchObject({ listen: { http: 'through' } })
})
