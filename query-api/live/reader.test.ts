import { expect, it } from 'vitest'
import { LiveEvent } from './live-event.ts'
import { KEEP_ALIVE, Reader } from './reader.ts'

const event = (n: number) => new LiveEvent('execution.updated', `${n}-0-1`, { n })

function reader(queueEventsMax = 3) {
  const overflows: string[] = []
  const made = new Reader({ queueEventsMax, overflowed: () => overflows.push('overflow') })
  return { reader: made, overflows }
}

it('gives nothing before it is released, then all in order', async () => {
  const { reader: one } = reader()
  one.push(event(2))
  one.push(event(3))
  one.release([event(1)], ({ id }) => id !== '2-0-1')
  expect(await one.next()).toEqual([event(1), event(3)])
})

it('wakes the client that waits', async () => {
  const { reader: one } = reader()
  one.release([])
  const next = one.next()
  one.push(event(1))
  expect(await next).toEqual([event(1)])
  const alive = one.next()
  one.keepAlive()
  expect(await alive).toBe(KEEP_ALIVE)
})

it('drops everything at once when its queue is full, says so once, and counts what it dropped', async () => {
  const { reader: one, overflows } = reader(3)
  one.release([])
  for (let n = 1; n <= 9; n++) one.push(event(n))
  expect(overflows).toEqual(['overflow'])
  expect(one.takeDropped()).toBe(8)
  one.release([new LiveEvent('gap', null, {})])
  expect(await one.next()).toEqual([new LiveEvent('gap', null, {}), event(9)])
  expect(one.hasDropped).toBe(false)
})

it('ends when it is closed, also for one that waits', async () => {
  const { reader: one } = reader()
  one.release([])
  const next = one.next()
  one.close()
  expect(await next).toBeUndefined()
  one.push(event(1))
  expect(await one.next()).toBeUndefined()
})
