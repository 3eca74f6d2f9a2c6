import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { identify, type ProcessIdentity } from '@runlens/runtime'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { waitForLeftovers } from './leftovers.ts'
import { writeRunState } from './run-state.ts'

const signal = new AbortController().signal
let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'runlens-leftovers-'))
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

function note(identity: ProcessIdentity): void {
  writeRunState(directory, {
    version: '0.1.0',
    supervisor: { pid: 2 ** 22 + 1, startTicks: 1, boot: null },
    started_at: '2026-11-23T00:00:00.000Z',
    ready: true,
    urls: { otlpGrpc: '', otlpHttp: '', worker: '', api: '', clickhouse: '' },
    processes: [{ component: 'collector', restarts: 0, ...identity }],
    faults: [],
  })
}

it('waits for a process of the earlier run and says for which', async () => {
  const child = spawn('sleep', ['60'])
  await once(child, 'spawn')
  note(identify(child.pid!)!)
  const told: string[] = []
  await waitForLeftovers(
    directory,
    (alive) => {
      told.push(...alive.map((one) => one.component))
      child.kill('SIGKILL')
    },
    signal,
  )
  expect(told).toEqual(['collector'])
})

it('gives up on one that stays, naming it', async () => {
  note(identify(process.pid)!)
  await expect(waitForLeftovers(directory, () => {}, signal, 100)).rejects.toMatchObject({
    code: 'data_dir_in_use',
    message: expect.stringContaining(`collector (process ${process.pid})`),
  })
})

it('does not wait where nothing was left', async () => {
  await waitForLeftovers(directory, () => expect.unreachable(), signal)
  note({ pid: process.pid, startTicks: 1, boot: null })
  await waitForLeftovers(directory, () => expect.unreachable(), signal)
})
