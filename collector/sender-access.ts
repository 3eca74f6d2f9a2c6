/** Who may send, put together once: the keys, what an earlier run knew of them, and how much each tenant may send. */
import { chmodSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  createInternalTokens,
  doorOf,
  fileKeys,
  type InternalTokens,
  KeyRing,
  noteKeyUses,
  Rates,
  type ReadKeys,
  readKeys,
  serverSecret,
} from '@runlens/access'
import type { ClickHouseClient } from '@runlens/clickhouse'
import { isLoopback, type Logger, type Settings, systemErrorCode } from '@runlens/runtime'
import { type Authenticate, askForKeys } from './receivers/credentials.ts'

export interface SenderAccess {
  authenticate: Authenticate
  ring: KeyRing
  /** Undefined where nobody is bounded. */
  rates: Rates | undefined
  /** Begins to read the table; the data directory must be there. */
  start: () => void
  stop: () => Promise<void>
}

const FILE = 'collector-keys.json'
/** What did not change is written again after this time, for the age of it. */
const WRITTEN_AGAIN_MS = 60_000
/** A tenant may send so many seconds' worth at once. */
const BURST_SECONDS = 10

/** @throws RunlensError `config_invalid` for keys of the file that are none */
export function createSenderAccess(settings: Settings, client: ClickHouseClient, log: Logger): SenderAccess {
  const { auth, quota, dataDir } = settings
  const ring = new KeyRing({
    fixed: fileKeys(settings),
    read: () => readKeys(client),
    noteUses: (keys, nowMs) => noteKeyUses(client, keys, nowMs),
    // ClickHouse may be away for longer than this process lives: spans are taken all the same, from who was known before.
    remembered: recall(dataDir, log),
    onRead: remember(dataDir, log),
    refreshMs: auth.refreshSeconds * 1000,
    staleMs: auth.staleSeconds * 1000,
    log,
  })
  let internal: InternalTokens | undefined
  const authenticate = askForKeys({
    door: () => doorOf(auth, ring),
    find: (text) => ring.find(text),
    isTrusting: settings.insecure || (isLoopback(settings.otlpGrpc.host) && isLoopback(settings.otlpHttp.host)),
    internal: () => {
      internal ??= createInternalTokens(serverSecret(settings))
      return internal
    },
    now: Date.now,
  })
  const perSecond = quota.spansPerSecondMax
  const rates = perSecond === 0 ? undefined : new Rates(perSecond * BURST_SECONDS, BURST_SECONDS * 1000)
  const start = () => {
    if (auth.required !== 'off') ring.start()
  }
  return { authenticate, ring, rates, start, stop: () => ring.stop() }
}

/** Hashes only; all the same nobody else need read who may send. */
function remember(dataDir: string, log: Logger): (read: ReadKeys) => void {
  let written = ''
  let writtenAtMs = 0
  return (read) => {
    const keys = JSON.stringify(read.keys)
    if (keys === written && read.readAtMs - writtenAtMs < WRITTEN_AGAIN_MS) return
    const path = join(dataDir, FILE)
    try {
      writeFileSync(`${path}.new`, JSON.stringify(read), { mode: 0o600 })
      chmodSync(`${path}.new`, 0o600)
      renameSync(`${path}.new`, path)
    } catch (error) {
      log.warn({ reason: (error as Error).message }, 'the keys could not be written down for the next start')
    }
    written = keys
    writtenAtMs = read.readAtMs
  }
}

function recall(dataDir: string, log: Logger): ReadKeys | undefined {
  try {
    const read = JSON.parse(readFileSync(join(dataDir, FILE), 'utf8')) as ReadKeys
    if (Array.isArray(read.keys) && typeof read.readAtMs === 'number') return read
  } catch (error) {
    if (systemErrorCode(error) !== 'ENOENT') log.warn({ file: FILE }, 'the keys of the run before could not be read')
  }
  return undefined
}
