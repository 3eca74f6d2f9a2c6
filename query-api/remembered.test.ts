import { expect, it } from 'vitest'
import { Remembered } from './remembered.ts'

it('asks once for each key as long as it keeps, and again after that or after a failure', async () => {
  const remembered = new Remembered<string>({ keepMs: 1000, entriesMax: 2 })
  const asked: string[] = []
  const get = (key: string, nowMs: number, fails = false) =>
    remembered.get(key, nowMs, async () => {
      asked.push(`${key}${nowMs}`)
      if (fails) throw new Error('no')
      return `${key} at ${nowMs}`
    })
  expect(await Promise.all([get('a', 0), get('a', 999), get('b', 999)])).toEqual(['a at 0', 'a at 0', 'b at 999'])
  expect(await get('a', 1000)).toBe('a at 1000')
  await expect(get('c', 1000, true)).rejects.toThrow('no')
  expect(await get('c', 1001)).toBe('c at 1001')
  // Of two the older one, b, was forgotten.
  expect(await get('a', 1001)).toBe('a at 1000')
  expect(await get('b', 1001)).toBe('b at 1001')
  expect(asked).toEqual(['a0', 'b999', 'a1000', 'c1000', 'c1001', 'b1001'])
})
