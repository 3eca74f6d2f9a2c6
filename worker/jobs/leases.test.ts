import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import type { TestClickHouse } from '../../test/kit/clickhouse.ts'
import { rowsOf, startDatabase } from '../../test/kit/stack-db.ts'
import { createLeases, type Lease } from './leases.ts'

let db: TestClickHouse
beforeAll(async () => {
  db = await startDatabase()
})
afterAll(() => db?.stop())

/** A claim of another machine, where nobody can look whether its process lives. */
function leaseOf(job: string, host: string, leaseSeconds = 60): Lease {
  return createLeases({ client: db.client, leaseSeconds, host, pid: 1 }).of(job)
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
  await expect.poll(() => b.hold()).toBe(true)
})

it('is taken at once from a process of this machine that no longer runs', async () => {
  const options = { client: db.client, leaseSeconds: 60 }
  // Above the largest process id of Linux: nobody has it.
  const dead = createLeases({ ...options, pid: 4_194_305 })
  expect(await dead.of('dead').hold()).toBe(true)
  expect(await createLeases(options).of('dead').hold()).toBe(true)
})

it('are renewed together: what is held need not be asked for', async () => {
  const [a, b] = [createLeases({ client: db.client, leaseSeconds: 12, host: 'a', pid: 1 }), leaseOf('left', 'b')]
  const expiry = async () => {
    const [row] = await rowsOf<{ at: string }>(
      db.client,
      "SELECT toString(max(expires_at)) AS at FROM worker_leases WHERE job = 'left'",
    )
    return row!.at
  }
  expect(await a.of('left').hold()).toBe(true)
  const first = await expiry()
  await expect
    .poll(async () => {
      expect(await a.of('right').hold()).toBe(true)
      return (await expiry()) > first
    })
    .toBe(true)
  expect(await b.hold()).toBe(false)
  await a.of('left').release()
  expect(await b.hold()).toBe(true)
  expect(await a.of('right').hold()).toBe(true)
})

it('that cannot be written is asked for again', async () => {
  const lease = leaseOf('failing', 'a')
  const write = vi.spyOn(db.client, 'command').mockRejectedValueOnce(new Error('away'))
  await expect(lease.hold()).rejects.toThrow('away')
  write.mockRestore()
  expect(await lease.hold()).toBe(true)
})

it('keeps one holder for each job', async () => {
  expect(await leaseOf('one', 'a').hold()).toBe(true)
  expect(await leaseOf('other', 'b').hold()).toBe(true)
})
