/** Small scripts stand for the processes, because only they can be made to crash in each of these ways. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { PATIENCE_MS } from '../../test/kit/patience.ts'
import type { ComponentFault } from './run-state.ts'
import { type Crash, SupervisedProcess } from './supervised-process.ts'

let directory: string
let supervised: SupervisedProcess | undefined
let crashes: Crash[]
let blocked: ComponentFault[]
let lines: string[]
let recovered: () => void
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'runlens-supervised-'))
  crashes = []
  blocked = []
  lines = []
  recovered = () => {}
})
afterEach(async () => {
  supervised?.kill()
  await supervised?.stop()
  supervised = undefined
  rmSync(directory, { recursive: true, force: true })
})

const READY = `process.send({ type: 'ready', component: 'worker', listen: {} }); process.on('disconnect', () => process.exit());`

function start(script: string): SupervisedProcess {
  const path = join(directory, 'script.cjs')
  writeFileSync(path, script)
  supervised = new SupervisedProcess(
    { component: 'worker', script: path, environment: { PATH: process.env.PATH } },
    {
      line: (_, line) => lines.push(line),
      crashed: (crash) => crashes.push(crash),
      blocked: (fault) => blocked.push(fault),
      recovered: () => recovered(),
      changed: () => {},
    },
  )
  return supervised
}

it('is ready when the process says so, and stops it with SIGTERM', async () => {
  const one = start(`process.on('SIGTERM', () => { console.log('bye'); process.exit(0) }); ${READY}`)
  await one.firstReady
  expect(one.ready).toBe(true)
  expect(one.identity?.pid).toBeGreaterThan(0)
  expect(await one.stop()).toBe(true)
  expect(lines).toContain('bye')
  expect(one.identity).toBeUndefined()
})

it('starts a killed process again, with a growing pause, and says so', async () => {
  const one = start(READY)
  await one.firstReady
  for (let kill = 1; kill <= 2; kill++) {
    const back = new Promise<void>((resolve) => {
      recovered = resolve
    })
    process.kill(one.identity!.pid, 'SIGKILL')
    await back
    expect(one.restarts).toBe(kill)
  }
  expect(crashes).toMatchObject([
    { how: 'signal SIGKILL', restartInMs: 200 },
    { how: 'signal SIGKILL', restartInMs: 400 },
  ])
})

it('gives up at once, with the reason of the process, when it says at its start that it cannot', async () => {
  const one = start(
    `process.send({ type: 'failed', component: 'worker', code: 'chdb_missing', message: 'no library', hint: 'install it' }, () => process.exit(78))`,
  )
  await expect(one.firstReady).rejects.toMatchObject({
    code: 'chdb_missing',
    message: 'no library',
    hint: 'install it',
  })
  expect(crashes).toEqual([])
  expect(one.identity).toBeUndefined()
})

it('goes on trying a directory that a person may mend, tells why once, and forgets it when the process is ready', async () => {
  const mended = join(directory, 'mended')
  const one = start(`
    const failed = { type: 'failed', component: 'clickhouse', code: 'clickhouse_dir_damaged', message: 'broken', hint: 'mend it' }
    if (require('node:fs').existsSync(${JSON.stringify(mended)})) { ${READY} }
    else process.send(failed, () => process.exit(78))`)
  await vi.waitFor(() => expect(crashes.length).toBeGreaterThan(1), PATIENCE_MS)
  const fault = { component: 'worker', code: 'clickhouse_dir_damaged', message: 'broken', hint: 'mend it' }
  expect(blocked).toEqual([fault])
  expect(one.fault).toEqual(fault)
  writeFileSync(mended, '')
  await one.firstReady
  expect(one.fault).toBeUndefined()
})

it('goes on trying when a process that has run before cannot start for now', async () => {
  const count = join(directory, 'count')
  writeFileSync(count, '0')
  const one = start(`
    const fs = require('node:fs')
    const n = Number(fs.readFileSync(${JSON.stringify(count)}, 'utf8'))
    fs.writeFileSync(${JSON.stringify(count)}, String(n + 1))
    const failed = { type: 'failed', component: 'worker', code: 'port_in_use', message: 'taken', hint: '' }
    if (n === 1) process.send(failed, () => process.exit(78))
    else { ${READY} }`)
  await one.firstReady
  const back = new Promise<void>((resolve) => {
    recovered = resolve
  })
  process.kill(one.identity!.pid, 'SIGKILL')
  await back
  expect(readFileSync(count, 'utf8')).toBe('3')
  expect(crashes).toMatchObject([
    { how: 'signal SIGKILL', failure: undefined },
    { how: 'exit code 78', failure: { code: 'port_in_use' } },
  ])
})

it('restarts a process that crashes before it was ever ready', async () => {
  const once = join(directory, 'once')
  const one = start(`
    const fs = require('node:fs')
    if (fs.existsSync(${JSON.stringify(once)})) { ${READY} } else { fs.writeFileSync(${JSON.stringify(once)}, ''); process.exit(3) }`)
  await one.firstReady
  expect(crashes).toMatchObject([{ how: 'exit code 3', restartInMs: 200 }])
})

it('does not start a process again that dies while it is being stopped', async () => {
  const one = start(`process.on('SIGTERM', () => process.kill(process.pid, 'SIGKILL')); ${READY}`)
  await one.firstReady
  expect(await one.stop()).toBe(true)
  expect(crashes).toEqual([])
})
