import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { lockDataDir } from './data-dir-lock.ts'

let base: string
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'runlens-lock-'))
})
afterEach(() => rmSync(base, { recursive: true, force: true }))

it('creates the directory for its owner only and leaves nothing but the lock in it', async () => {
  const dataDir = join(base, 'a', 'data')
  await lockDataDir(dataDir)
  expect(statSync(dataDir).mode & 0o777).toBe(0o700)
  expect(readdirSync(dataDir)).toEqual(['runlens.lock.1'])
})

it('refuses a directory that a living process holds, and names the process', async () => {
  await lockDataDir(base)
  await expect(lockDataDir(base)).rejects.toMatchObject({
    code: 'data_dir_in_use',
    message: expect.stringContaining(`process ${process.pid}`),
  })
})

it('can be taken again after a release', async () => {
  const lock = await lockDataDir(base)
  await lock.release()
  expect(readdirSync(base)).toEqual([])
  await lockDataDir(base)
})

it('says that a directory that cannot be made is unusable', async () => {
  writeFileSync(join(base, 'file'), '')
  await expect(lockDataDir(join(base, 'file', 'data'))).rejects.toMatchObject({ code: 'data_dir_unusable' })
})
