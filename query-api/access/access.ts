/** Everything about who may ask, put together once for a process. */
import {
  createSigner,
  fileKeys,
  KeyRing,
  noteKeyUses,
  Rates,
  readKeys,
  type Signer,
  serverSecret,
} from '@runlens/access'
import type { ClickHouseClient } from '@runlens/clickhouse'
import type { Logger, Settings } from '@runlens/runtime'
import { Authenticator } from './authenticator.ts'
import { createTokenReader } from './jwt.ts'

export type AccessOptions = Pick<Settings, 'auth' | 'access' | 'quota' | 'secrets' | 'dataDir'>

export interface Access {
  authenticator: Authenticator
  ring: KeyRing
  /** How often a credential may ask. */
  rates: Rates
  settings: Pick<Settings, 'auth' | 'access' | 'quota'>
  stop: () => Promise<void>
}

/** @throws RunlensError `config_invalid` for keys of the file that are none */
export function createAccess(options: AccessOptions, client: ClickHouseClient, log: Logger, now: () => number): Access {
  const { auth, quota } = options
  const ring = new KeyRing({
    fixed: fileKeys(options),
    read: () => readKeys(client),
    noteUses: (keys, nowMs) => noteKeyUses(client, keys, nowMs),
    refreshMs: auth.refreshSeconds * 1000,
    staleMs: auth.staleSeconds * 1000,
    now,
    log,
  })
  const readToken = createTokenReader(options, now)
  const signers = lazily(() => serverSecret(options))
  const authenticator = new Authenticator({
    auth,
    ring,
    ...(readToken ? { readToken } : {}),
    sessions: () => signers('session'),
    tickets: () => signers('ticket'),
    now,
  })
  if (auth.required !== 'off') ring.start()
  const rates = new Rates(quota.requestsPerMinuteMax, 60_000, now)
  return { authenticator, ring, rates, settings: options, stop: () => ring.stop() }
}

/** The secret is made at the first need: a server that never opens a session leaves no file behind. */
function lazily(secret: () => Buffer): (purpose: string) => Signer {
  const made = new Map<string, Signer>()
  return (purpose) => {
    const signer = made.get(purpose) ?? createSigner(secret(), purpose)
    made.set(purpose, signer)
    return signer
  }
}
