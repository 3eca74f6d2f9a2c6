/** The keys that a process knows: those of its file, and those of the table, read again every few seconds. */
import { timingSafeEqual } from 'node:crypto'
import type { Logger } from '@runlens/runtime'
import type { ApiKey } from './api-key.ts'
import { hashOfKey, isKeyText } from './key-text.ts'

export interface KeyRingOptions {
  fixed: readonly ApiKey[]
  /** All keys of the table. Rejects when ClickHouse does not answer. */
  read: () => Promise<readonly ApiKey[]>
  /** Tells the table which keys were used; absent: nobody is told. */
  noteUses?: (keys: readonly ApiKey[], nowMs: number) => Promise<void>
  /** What was read before this process began. */
  remembered?: ReadKeys | undefined
  /** Told of what was read, when it changed and from time to time. */
  onRead?: (read: ReadKeys) => void
  refreshMs: number
  /** How long keys of the table are believed after they were read last. */
  staleMs: number
  now?: () => number
  log: Pick<Logger, 'warn'>
}

export interface ReadKeys {
  keys: readonly ApiKey[]
  readAtMs: number
}

/** `unavailable`: the key may be good, but what is known of it is too old, or nothing is. */
export type FoundKey = { kind: 'key'; key: ApiKey } | { kind: 'unknown' | 'expired' | 'revoked' | 'unavailable' }

/** A use is noted when the one noted before is older; so a key costs one small row an hour. */
const USE_NOTED_MS = 3_600_000
/** Fewer are nothing to tell: ClickHouse may start later than this process. */
const FAILURES_TOLD = 6
/** Strangers can't make a process ask ClickHouse more often. */
const SOON_MS = 1_000

export class KeyRing {
  /** Whether there ever was a key, also one that has ended since. */
  hadKeys: boolean
  /** Whether the table was read, or remembered. */
  wasRead = false
  /** Reads that failed since the start. */
  failures = 0
  private readonly now: () => number
  private readonly uses = new Map<string, ApiKey>()
  private byHash = new Map<string, ApiKey>()
  private byId = new Map<string, ApiKey>()
  private failuresInRow = 0
  private readAtMs = 0
  private triedAtMs = Number.NEGATIVE_INFINITY
  private timer: NodeJS.Timeout | undefined
  private reading: Promise<boolean> | undefined
  private stopped = false

  constructor(private readonly options: KeyRingOptions) {
    this.now = options.now ?? Date.now
    this.hadKeys = options.fixed.length > 0
    this.take(options.remembered ?? { keys: [], readAtMs: 0 })
    this.wasRead = options.remembered !== undefined
  }

  /** Reads the table now and again and again until `stop`. */
  start(): void {
    const again = async () => {
      await this.refresh()
      if (this.stopped) return
      this.timer = setTimeout(again, this.options.refreshMs)
      this.timer.unref()
    }
    again()
  }

  async stop(): Promise<void> {
    this.stopped = true
    clearTimeout(this.timer)
    await this.reading
  }

  /** Reads the table once; calls at the same moment share a reading. @returns whether it could be read */
  refresh(): Promise<boolean> {
    this.reading ??= this.readOnce().finally(() => {
      this.reading = undefined
    })
    return this.reading
  }

  /** Reads the table once more, unless that was tried a moment ago: a key may be younger than the last reading. */
  async refreshSoon(): Promise<void> {
    if (this.now() - this.triedAtMs >= SOON_MS || this.reading) await this.refresh()
  }

  /** The key of this text. */
  find(text: string): FoundKey {
    if (!isKeyText(text)) return { kind: 'unknown' }
    const hash = hashOfKey(text)
    const key = this.byHash.get(hash)
    const isIt = key !== undefined && timingSafeEqual(Buffer.from(key.sha256, 'hex'), Buffer.from(hash, 'hex'))
    return this.judge(isIt ? key : undefined)
  }

  /** The key of this id: for what was signed when the key itself was seen. */
  ofId(tenant: string, id: string): FoundKey {
    return this.judge(this.byId.get(idOf({ tenant, id })))
  }

  /** Those of the configuration file. */
  get fixed(): readonly ApiKey[] {
    return this.options.fixed
  }

  get size(): number {
    return this.byId.size
  }

  /** Seconds since the table was read; null when it never was. */
  get ageSeconds(): number | null {
    return this.readAtMs === 0 ? null : Math.max(0, (this.now() - this.readAtMs) / 1000)
  }

  private judge(key: ApiKey | undefined): FoundKey {
    const isStale = this.now() - this.readAtMs > this.options.staleMs
    if (!key) return { kind: isStale ? 'unavailable' : 'unknown' }
    if (key.revokedAtMs !== null) return { kind: 'revoked' }
    if (key.expiresAtMs !== null && key.expiresAtMs <= this.now()) return { kind: 'expired' }
    if (key.source === 'file') return { kind: 'key', key }
    if (isStale) return { kind: 'unavailable' }
    if (this.now() - (key.lastUsedAtMs ?? 0) > USE_NOTED_MS) this.uses.set(idOf(key), key)
    return { kind: 'key', key }
  }

  private async readOnce(): Promise<boolean> {
    try {
      const readAtMs = this.now()
      this.triedAtMs = readAtMs
      const read = { keys: await this.options.read(), readAtMs }
      this.take(read)
      this.wasRead = true
      this.failuresInRow = 0
      this.options.onRead?.(read)
      await this.tellUses()
      return true
    } catch (error) {
      this.failures += 1
      this.failuresInRow += 1
      if (this.failuresInRow === FAILURES_TOLD) {
        this.options.log.warn({ reason: messageOf(error) }, 'the table of keys can not be read')
      }
      return false
    }
  }

  private take({ keys, readAtMs }: ReadKeys): void {
    const all = [...keys, ...this.options.fixed]
    this.byHash = new Map(all.map((key) => [key.sha256, key]))
    this.byId = new Map(all.map((key) => [idOf(key), key]))
    this.readAtMs = readAtMs
    this.hadKeys ||= all.length > 0
  }

  private async tellUses(): Promise<void> {
    if (this.uses.size === 0) return
    const used = [...this.uses.values()]
    this.uses.clear()
    await this.options.noteUses?.(used, this.now())
  }
}

function idOf({ tenant, id }: Pick<ApiKey, 'tenant' | 'id'>): string {
  return JSON.stringify([tenant, id])
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
