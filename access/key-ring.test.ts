import { expect, it } from 'vitest'
import type { ApiKey } from './api-key.ts'
import { KeyRing, type KeyRingOptions } from './key-ring.ts'
import { hashOfKey, newKeyText } from './key-text.ts'

const HOUR = 3_600_000
let nowMs = 1_000 * HOUR
const silent = { warn: () => {} }

function keyOf(text: string, more: Partial<ApiKey> = {}): ApiKey {
  const times = { createdAtMs: 1, expiresAtMs: null, revokedAtMs: null, lastUsedAtMs: null }
  const whose = { tenant: 'acme', role: 'viewer', subject: null } as const
  return { id: 'a1', name: 'one', sha256: hashOfKey(text), ...whose, ...times, source: 'table', ...more }
}

function ringOf(stored: () => readonly ApiKey[], more: Partial<KeyRingOptions> = {}): KeyRing {
  const read = async () => stored()
  return new KeyRing({ fixed: [], read, refreshMs: 1, staleMs: HOUR, now: () => nowMs, log: silent, ...more })
}

it('finds a key by its text, and by its id', async () => {
  const text = newKeyText()
  const ring = ringOf(() => [keyOf(text)])
  expect([ring.wasRead, ring.hadKeys]).toEqual([false, false])
  expect(await ring.refresh()).toBe(true)
  expect([ring.wasRead, ring.hadKeys]).toEqual([true, true])
  expect(ring.find(text)).toMatchObject({ kind: 'key', key: { id: 'a1', tenant: 'acme' } })
  expect(ring.find(newKeyText())).toEqual({ kind: 'unknown' })
  expect(ring.find('letmein')).toEqual({ kind: 'unknown' })
  expect(ring.ofId('acme', 'a1').kind).toBe('key')
  expect(ring.ofId('globex', 'a1').kind).toBe('unknown')
})

it('lets nobody in with a key that was revoked or has ended', async () => {
  const text = newKeyText()
  let key = keyOf(text, { expiresAtMs: nowMs + 10 })
  const ring = ringOf(() => [key])
  await ring.refresh()
  expect(ring.find(text).kind).toBe('key')
  nowMs += 10
  expect(ring.find(text).kind).toBe('expired')
  key = keyOf(text, { revokedAtMs: nowMs })
  await ring.refresh()
  expect(ring.find(text).kind).toBe('revoked')
  expect(ring.hadKeys).toBe(true)
})

it('believes what it knows for a while when the table can not be read, then nobody', async () => {
  const [stored, fixed] = [newKeyText(), newKeyText()]
  let away = false
  const read = async () => {
    if (away) throw new Error('away')
    return [keyOf(stored)]
  }
  const ofFile = keyOf(fixed, { id: 'file.a', source: 'file' })
  const ring = ringOf(() => [], { read, fixed: [ofFile] })
  expect(ring.find(fixed).kind).toBe('key')
  expect(ring.find(stored).kind).toBe('unavailable')
  await ring.refresh()
  away = true
  nowMs += HOUR
  expect(await ring.refresh()).toBe(false)
  expect(ring.failures).toBe(1)
  expect(ring.find(stored).kind).toBe('key')
  nowMs += 1
  expect(ring.find(stored).kind).toBe('unavailable')
  expect(ring.find(newKeyText()).kind).toBe('unavailable')
  expect(ring.find(fixed).kind).toBe('key')
})

it('goes on with what an earlier process read', () => {
  const text = newKeyText()
  const remembered = { keys: [keyOf(text)], readAtMs: nowMs - HOUR }
  const ring = ringOf(() => [], { remembered })
  expect([ring.wasRead, ring.hadKeys, ring.find(text).kind]).toEqual([true, true, 'key'])
})

it('notes a use when the one before is an hour old', async () => {
  const text = newKeyText()
  const noted: [string, number][] = []
  let key = keyOf(text)
  const noteUses: KeyRingOptions['noteUses'] = async (keys, atMs) => {
    noted.push(...keys.map(({ id }): [string, number] => [id, atMs]))
    key = keyOf(text, { lastUsedAtMs: atMs })
  }
  const ring = ringOf(() => [key], { noteUses })
  const first = nowMs
  await ring.refresh()
  ring.find(text)
  ring.find(text)
  await ring.refresh()
  await ring.refresh()
  ring.find(text)
  await ring.refresh()
  expect(noted).toEqual([['a1', first]])
  nowMs += HOUR + 1
  await ring.refresh()
  ring.find(text)
  await ring.refresh()
  expect(noted).toEqual([
    ['a1', first],
    ['a1', first + HOUR + 1],
  ])
})
