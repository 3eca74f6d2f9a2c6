import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect, it } from 'vitest'
import { identify, isAlive } from './process-identity.ts'

it('knows a living process, and that it is gone once it ended', async () => {
  const child = spawn('sleep', ['60'])
  await once(child, 'spawn')
  const identity = identify(child.pid!)!
  expect(isAlive(identity)).toBe(true)
  child.kill('SIGKILL')
  await once(child, 'exit')
  expect(isAlive(identity)).toBe(false)
})

it('does not take another process with a reused id for the old one', () => {
  const me = identify(process.pid)!
  expect(isAlive(me)).toBe(true)
  expect(isAlive({ ...me, startTicks: 1 })).toBe(false)
})

it('believes a note without a start time as long as the id is taken', () => {
  expect(isAlive({ pid: process.pid, startTicks: null, boot: null })).toBe(true)
})
