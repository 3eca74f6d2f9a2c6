import { afterAll, beforeAll, expect, it } from 'vitest'
import type { TestClickHouse } from '../../test/kit/clickhouse.ts'
import { startDatabase } from '../../test/kit/stack-db.ts'
import { createLease, type Lease } from './lease.ts'

let db: TestClickHouse
beforeAll(async () => {
  db = await startDatabase()
})
afterAll(() => db?.stop())

/** A claim of another machine, where nobody can look whether its process lives. */
function leaseOf(job: string, host: string, leaseSeconds = 60): Lease {
  return createLease({ client: db.client, job, leaseSeconds, host, pid: 1 })
}

it('goes to the first who asks and stays there while it is renewed', async () => {
  const [a, b] = [leaseOf('first', 'a'), leaseOf('first', 'b')]
  expect(await a.hold()).toBe(true)
  expect(await b.hold()).toBe(false)
  expect(await a.hold()).toBe(true)
  expect(await b.hold()).toBe(false)
})

it('passes on at once when it is released', async () => {
  const [a, b] = [leaseOf('released', 'a'), leaseOf('released', 'b')]
  expect(await a.hold()).toBe(true)
  expect(await b.hold()).toBe(false)
  await a.release()
  expect(await b.hold()).toBe(true)
})

it('passes on when it expires', async () => {
  const [a, b] = [leaseOf('expired', 'a', 1), leaseOf('expired', 'b')]
  expect(await a.hold()).toBe(true)
  expect(await b.hold()).toBe(false)
  await expect.poll(() => b.hold(), { timeout: 10_000 }).toBe(true)
})

it('is taken at once from a process of this machine that no longer runs', async () => {
  const options = { client: db.client, job: 'dead', leaseSeconds: 60 }
  // Above the largest process id of Linux: nobody has it.
  const dead = createLease({ ...options, pid: 4_194_305 })
  expect(await dead.hold()).toBe(true)
  expect(await createLease(options).hold()).toBe(true)
})

it('keeps one holder for each job', async () => {
  expect(await leaseOf('one', 'a').hold()).toBe(true)
  expect(await leaseOf('other', 'b').hold()).toBe(true)
})
