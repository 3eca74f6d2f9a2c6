import { createHash } from 'node:crypto'
import { expect, it } from 'vitest'
import { hashOfKey, isKeyText, KEY_PATTERN, newKeyText } from './key-text.ts'

it('makes keys that no other is like, and that it knows again', () => {
  const keys = Array.from({ length: 200 }, newKeyText)
  expect(new Set(keys).size).toBe(200)
  for (const key of keys) {
    expect(key).toMatch(KEY_PATTERN)
    expect(isKeyText(key)).toBe(true)
  }
})

it('holds 192 random bits: every digit of the random part takes many values', () => {
  const keys = Array.from({ length: 500 }, newKeyText)
  // 62^33 > 2^192; the first digit is small because the number is smaller than that.
  for (let digit = 1; digit < 33; digit++) expect(new Set(keys.map((key) => key[3 + digit])).size).toBeGreaterThan(50)
})

it('tells a typing error from a key, whichever character is wrong', () => {
  const key = newKeyText()
  for (let at = 0; at < key.length; at++) {
    const wrong = key.slice(0, at) + (key[at] === 'x' ? 'y' : 'x') + key.slice(at + 1)
    expect([at, isKeyText(wrong)]).toEqual([at, false])
  }
  for (const text of ['', 'rl_', `${key} `, `${key}0`, key.slice(0, -1), key.toUpperCase()]) {
    expect(isKeyText(text)).toBe(false)
  }
})

it('keeps the SHA-256 of the whole text', () => {
  expect(hashOfKey('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')
  const key = newKeyText()
  expect(hashOfKey(key)).toBe(createHash('sha256').update(key).digest('hex'))
})
