import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { lockDataDir } from './data-dir-lock.ts'
import { identify } from './identity.ts'

let base: string
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'runlens-lock-'))
})
afterEach(() => rmSync(base, { recursive: true, force: true }))

it('creates the directory for its owner only and leaves nothing but the lock in it', () => {
  const dataDir = join(base, 'a', 'data')
  lockDataDir(dataDir)
  expect(statSync(dataDir).mode & 0o777).toBe(0o700)
  expect(readdirSync(dataDir)).toEqual(['runlens.lock'])
})

it('refuses a directory that a living process holds, and names the process', () => {
  lockDataDir(base)
  expect(() => lockDataDir(base)).toThrow(
    expect.objectContaining({ code: 'data_dir_in_use', message: expect.stringContaining(`process ${process.pid}`) }),
  )
})

it('can be taken again after a release', () => {
  lockDataDir(base).release()
  expect(readdirSync(base)).toEqual([])
  lockDataDir(base)
})

it.each([
  ['a dead process', JSON.stringify({ pid: 2 ** 22 + 1, startTicks: 5 })],
  ['another process that got the same id', JSON.stringify({ pid: process.ppid, startTicks: 1 })],
  ['nobody, because writing it was cut off', '{"pid":'],
])('takes over a lock of %s', (_, content) => {
  writeFileSync(join(base, 'runlens.lock'), content)
  lockDataDir(base)
  expect(JSON.parse(readFileSync(join(base, 'runlens.lock'), 'utf8'))).toEqual(identify(process.pid))
  expect(readdirSync(base)).toEqual(['runlens.lock'])
})

it('says that a directory that cannot be made is unusable', () => {
  writeFileSync(join(base, 'file'), '')
  expect(() => lockDataDir(join(base, 'file', 'data'))).toThrow(expect.objectContaining({ code: 'data_dir_unusable' }))
})
