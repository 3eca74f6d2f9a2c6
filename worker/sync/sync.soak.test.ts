/** 20 000 executions in constant memory; `sync.test.ts` is the short form. */
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { makeExecution, stubRun } from '../../test/kit/n8n-server.ts'
import { type SyncStack, startSyncStack } from '../../test/kit/sync-stack.ts'

const COUNT = 20_000
const MIB = 1024 * 1024

let stack: SyncStack
beforeAll(async () => {
  stack = await startSyncStack()
}, 60_000)
afterAll(() => stack?.stop())

/** Resident memory, bytes. */
function residentBytes(pid: number): number {
  return Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024
}

it.skipIf(process.platform !== 'linux')('reads 20 000 executions in the memory that 8 000 take', async () => {
  // Each with 100 items of some text: 10 to 20 KB, so a page has more than a megabyte.
  const make = (id: number) => {
    const execution = makeExecution(id)
    const items = Array.from({ length: 100 }, (_, n) => ({ json: { n, text: 'x'.repeat(100) } }))
    const runData = {
      Webhook: [stubRun(execution.startedAt, 100, 0, { data: { main: [items] } })],
      Store: [stubRun(execution.startedAt + 100, 200, 1, { source: [{ previousNode: 'Webhook' }] })],
    }
    return { ...execution, status: 'success', runData }
  }
  stack.n8n.reset({ count: COUNT, make })
  const worker = await stack.forkWorker()
  const id = await stack.queue('main')
  /** Most resident memory in each fifth of the work. */
  const peaks = [0, 0, 0, 0, 0]
  const watch = setInterval(async () => {
    const { current } = await stack.job(id)
    const fifth = Math.min(4, Math.floor((current * 5) / COUNT))
    peaks[fifth] = Math.max(peaks[fifth]!, residentBytes(worker.pid!) / MIB)
  }, 200)
  const began = performance.now()
  const job = await stack.ended(id, 800_000)
  const seconds = (performance.now() - began) / 1000
  clearInterval(watch)
  expect(job).toMatchObject({ state: 'done', current: COUNT, total: COUNT, pages_committed: COUNT / 100, unread: 0 })
  await expect
    .poll(() => stack.totals('instance-main'), { timeout: 120_000 })
    .toMatchObject({ executions: COUNT, steps: COUNT * 2 })
  console.log(
    `${COUNT} executions in ${seconds.toFixed(0)} s; worker at most ${peaks.map((mib) => mib.toFixed(0)).join(', ')} MiB`,
  )
  // The collector of garbage is left alone until it must run, so the first fifth is too short to say what is needed.
  expect(peaks[4]).toBeLessThan(peaks[1]! + 64)
  expect(Math.max(...peaks)).toBeLessThan(512)
})
