import { expect, it } from 'vitest'
import { allDone } from './all-done.ts'

it('gives what all gave, in order', async () => {
  expect(await allDone([Promise.resolve(1), Promise.resolve('two')])).toEqual([1, 'two'])
})

it('fails with the first failure, once nothing runs any more', async () => {
  let isDone = false
  const slow = new Promise<void>((resolve) => {
    setImmediate(() => {
      isDone = true
      resolve()
    })
  })
  await expect(
    allDone([Promise.reject(new Error('first')), slow, Promise.reject(new Error('second'))]),
  ).rejects.toThrow('first')
  expect(isDone).toBe(true)
})
