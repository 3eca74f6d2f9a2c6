import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it } from 'vitest'
import type { Runner } from '../run.ts'
import { type Progress, SyncProgress } from './sync-progress.ts'

/** A ClickHouse that fails on the second look. */
function follow() {
  let looks = 0
  let failures = 0
  const told: Progress[] = []
  const askAnew = (async () => {
    looks += 1
    if (looks === 2) throw new Error('gone')
    return [
      { tenant: 't', job_id: 'a', is_open: 1, seen: Math.min(looks, 4), of_all: 8 },
      { tenant: 't', job_id: 'b', is_open: 0, seen: 5, of_all: 5 },
    ]
  }) as unknown as Runner['askAnew']
  const failed = () => {
    failures += 1
  }
  const progress = new SyncProgress({ runner: { askAnew }, tell: (_, one) => told.push(one), failed, pollMs: 2 })
  return { progress, told, looks: () => looks, failures: () => failures }
}

it('tells each change once, goes on after a failure, and looks no more when nobody listens', async () => {
  const { progress, told, looks, failures } = follow()
  progress.start()
  progress.start()
  await expect.poll(looks).toBeGreaterThan(8)
  progress.stop()
  expect(told.map(({ current, percentage }) => [current, percentage])).toEqual([
    [1, 12.5],
    [3, 37.5],
    [4, 50],
  ])
  expect(failures()).toBe(1)
  const before = looks()
  await sleep(30)
  expect(looks()).toBeLessThanOrEqual(before + 1)
})
