import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadSettings } from '@runlens/runtime'
import { expect, it } from 'vitest'
import { fileKeys } from './file-keys.ts'
import { hashOfKey, newKeyText } from './key-text.ts'
import { serverSecret } from './server-secret.ts'

const plain = loadSettings({})
const of = (keys: unknown, secrets: Record<string, string> = {}) =>
  fileKeys({ auth: { ...plain.auth, keys: keys as typeof plain.auth.keys }, secrets })

it('takes a key by its hash, or from the variable that holds it', () => {
  const text = newKeyText()
  const keys = of(
    [
      { name: 'a', tenant: 'acme', role: 'viewer', sha256: 'AB'.repeat(32) },
      { name: 'b', tenant: 'acme', role: 'user', subject: 'u1', key_env: 'KEY' },
    ],
    { KEY: text },
  )
  expect(keys).toMatchObject([
    { id: 'file.a', tenant: 'acme', role: 'viewer', subject: null, sha256: 'ab'.repeat(32), source: 'file' },
    { id: 'file.b', role: 'user', subject: 'u1', sha256: hashOfKey(text) },
  ])
})

it('refuses what is no key of Runlens, and what stands there twice', () => {
  const key = { name: 'a', tenant: 'acme', role: 'viewer', sha256: 'ab'.repeat(32) }
  const wrong = [
    [[{ name: 'a', tenant: 'acme', role: 'viewer', key_env: 'KEY' }], /KEY does not hold a key/],
    [[key, { ...key, sha256: 'cd'.repeat(32) }], /a of tenant acme twice/],
    [[key, { ...key, name: 'b' }], /the same key twice/],
  ] as const
  for (const [keys, words] of wrong) {
    let message = ''
    try {
      of(keys, { KEY: 'x'.repeat(40) })
    } catch (error) {
      expect(error).toMatchObject({ code: 'config_invalid' })
      message = (error as Error).message
    }
    expect(message).toMatch(words)
    expect(message).not.toContain('xxxx')
  }
})

it('makes the secret of a data directory once, for its owner only', () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'runlens-secret-'))
  try {
    const first = serverSecret({ ...plain, dataDir })
    expect(first).toHaveLength(32)
    expect(serverSecret({ ...plain, dataDir })).toEqual(first)
    const path = join(dataDir, 'access.secret')
    expect(readFileSync(path, 'utf8').trim()).toBe(first.toString('hex'))
    expect(statSync(path).mode & 0o777).toBe(0o600)
  } finally {
    rmSync(dataDir, { recursive: true })
  }
})

it('takes the secret from the variable where one is named', () => {
  const auth = { ...plain.auth, secret_env: 'SECRET' }
  const settings = { auth, secrets: { SECRET: 'y'.repeat(32) }, dataDir: '/nowhere' }
  expect(serverSecret(settings).toString()).toBe('y'.repeat(32))
})
