import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { RunlensError } from './errors.ts'
import { takeOwnership } from './ownership.ts'

const inUse = (pid: number) => new RunlensError('spool_in_use', `held by ${pid}`, '')
const take = (directory: string) => takeOwnership({ directory, name: 'owner', inUse })

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'runlens-owner-'))
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

describe('ownership of a directory', () => {
  it('is refused to a second one while the first lives, and free again after it let go', async () => {
    const first = await take(directory)
    await expect(take(directory)).rejects.toMatchObject({ code: 'spool_in_use' })
    await first.release()
    const second = await take(directory)
    await second.release()
    expect(readdirSync(directory)).toEqual([])
  })

  it('is not held by a dead process, by another process under the same pid or by an empty file', async () => {
    const stale = [
      JSON.stringify({ pid: 2 ** 22 + 5, startTicks: 1, boot: 'x' }),
      JSON.stringify({ pid: process.pid, startTicks: 1, boot: null }),
      JSON.stringify({ pid: process.pid, startTicks: null, boot: 'an earlier boot' }),
      '',
    ]
    for (const content of stale) {
      writeFileSync(join(directory, 'owner.7'), content)
      const owner = await take(directory)
      expect(readdirSync(directory)).toEqual(['owner.8'])
      await owner.release()
    }
  })

  it('is held by another living process, and not any more at the moment that one is killed', async () => {
    const module = new URL('./dist/ownership.js', import.meta.url)
    const script = join(directory, 'child.mjs')
    const held = join(directory, 'held')
    writeFileSync(
      script,
      `const { takeOwnership } = await import(${JSON.stringify(module.href)})
       const { mkdirSync } = await import('node:fs')
       mkdirSync(${JSON.stringify(held)})
       await takeOwnership({ directory: ${JSON.stringify(held)}, name: 'owner', inUse: String })
       process.send('mine')
       setInterval(() => {}, 1000)`,
    )
    const child = fork(script, [], { execArgv: [] })
    await once(child, 'message')
    await expect(take(held)).rejects.toMatchObject({ code: 'spool_in_use' })
    child.kill('SIGKILL')
    await once(child, 'exit')
    await expect(take(held)).resolves.toBeDefined()
  })

  it('goes to exactly one of many that find a dead owner at the same time', async () => {
    for (let round = 0; round < 20; round++) {
      writeFileSync(join(directory, 'owner.3'), '')
      const answers = await Promise.allSettled(Array.from({ length: 8 }, () => take(directory)))
      const winners = answers.filter((answer) => answer.status === 'fulfilled')
      expect(winners.length).toBe(1)
      await winners[0]!.value.release()
    }
  })
})
