import type { ApiKey } from '@runlens/access'
import { expect, it } from 'vitest'
import { createdText, keysTable } from './keys-text.ts'

const key: ApiKey = {
  id: '00ff',
  tenant: 'shop',
  name: 'ci',
  role: 'ingest',
  subject: null,
  sha256: 'ab',
  createdAtMs: 0,
  expiresAtMs: null,
  revokedAtMs: null,
  lastUsedAtMs: null,
  source: 'table',
}

it('shows what became of each key, and nothing that steers a terminal', () => {
  const keys = [
    { ...key, lastUsedAtMs: 3_600_000 },
    { ...key, id: '01', expiresAtMs: 10_000, name: 'a\u001b[31mb' },
    { ...key, id: '02', expiresAtMs: 9_000, role: 'user' as const, subject: 'ann' },
    { ...key, id: '03', revokedAtMs: 5_000 },
  ]
  expect(keysTable(keys, 9_500)).toBe(
    [
      'ID    TENANT  NAME     ROLE      STATE                            LAST USED',
      '00ff  shop    ci       ingest    good                             1970-01-01T01:00:00Z',
      '01    shop    a?[31mb  ingest    good until 1970-01-01T00:00:10Z  never',
      '02    shop    ci       user ann  ended 1970-01-01T00:00:09Z       never',
      '03    shop    ci       ingest    revoked 1970-01-01T00:00:05Z     never',
      '',
    ].join('\n'),
  )
})

it('gives what the configuration file takes for a key that is stored nowhere', () => {
  const text = createdText({ ...key, source: 'file' }, 'rl_x')
  expect(text).toMatch(/^rl_x\n/)
  expect(text).toContain('    - { name: "ci", tenant: "shop", role: ingest, sha256: ab }\n')
})
