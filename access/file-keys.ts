/** The keys of the configuration file: they work from the first moment, with or without ClickHouse. */
import { RunlensError, type Settings } from '@runlens/runtime'
import type { ApiKey } from './api-key.ts'
import { hashOfKey, isKeyText } from './key-text.ts'

/** @throws RunlensError `config_invalid` when a variable holds no key, or a name or a key stands there twice */
export function fileKeys({ auth, secrets }: Pick<Settings, 'auth' | 'secrets'>): ApiKey[] {
  const keys = auth.keys.map(({ name, tenant, role, subject, sha256, key_env }): ApiKey => {
    const text = key_env === undefined ? undefined : (secrets[key_env] ?? '')
    if (text !== undefined && !isKeyText(text)) throw invalid(`${key_env} does not hold a key of Runlens`)
    return {
      id: `file.${name}`,
      tenant,
      name,
      role,
      subject: subject ?? null,
      sha256: (text === undefined ? (sha256 ?? '') : hashOfKey(text)).toLowerCase(),
      createdAtMs: null,
      expiresAtMs: null,
      revokedAtMs: null,
      lastUsedAtMs: null,
      source: 'file',
    }
  })
  refuseTwice(keys.map(({ tenant, name }) => `${name} of tenant ${tenant}`))
  refuseTwice(
    keys.map(({ sha256 }) => sha256),
    'the same key',
  )
  return keys
}

function refuseTwice(names: readonly string[], shown?: string): void {
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice !== undefined) throw invalid(`auth.keys has ${shown ?? twice} twice`)
}

function invalid(what: string): RunlensError {
  return new RunlensError(
    'config_invalid',
    what,
    'Make a key with `runlens keys create --offline`; docs/howto/access.md says where it goes.',
  )
}
