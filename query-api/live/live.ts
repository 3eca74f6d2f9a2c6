/** Streams of what happens to executions: who may join, what a reader begins with, what it is told while nothing happens. */
import { ProblemError } from '../problem.ts'
import type { Scope } from '../questions/question.ts'
import type { Services } from '../routes/route.ts'
import type { ChangeFilter } from './change.ts'
import { type Group, Hub } from './hub.ts'
import { LiveEvent } from './live-event.ts'
import type { LiveObserver } from './observer.ts'
import { formatPosition, isAfter, type Position, parsePosition } from './position.ts'
import { Reader } from './reader.ts'
import { type GapReason, type Replay, replay } from './replay.ts'
import { readCounts, readOpen } from './snapshot.ts'
import { Tail } from './tail.ts'

export interface LiveSettings {
  /** Between two looks at the log. */
  pollMs: number
  /** Streams at once; more are refused. */
  clientsMax: number
  /** Events that wait for one client. */
  queueEventsMax: number
  /** Changes that are read again for a client that comes back. */
  replayChangesMax: number
  /** Between two signs of life on a stream where nothing happens. */
  keepAliveMs: number
}

export interface LiveOptions extends Pick<Services, 'runner' | 'now' | 'lostAfterMs'> {
  settings: LiveSettings
  observe: LiveObserver
}

export interface OpenOptions {
  scope: Scope
  filter: ChangeFilter
  /** Of the last event that the client has; null for one that begins. */
  lastEventId: string | null
  /** Aborted when the client went away: ends the reader. */
  signal: AbortSignal
}

/** What goes on only while somebody listens. */
export interface Companion {
  start(): void
  stop(): void
}

const PORTION_MAX = 200
const COUNTS_EVERY_MS = 1_000
/** How often a snapshot is taken again because more was dropped while it was. */
const SNAPSHOT_TRIES = 3

export class Live {
  readonly #options: LiveOptions
  readonly #hub = new Hub()
  readonly #tail: Tail
  readonly #companions: Companion[] = []
  #timers: NodeJS.Timeout[] = []
  #isStopped = false

  constructor(options: LiveOptions) {
    this.#options = options
    this.#tail = new Tail({
      runner: options.runner,
      pollMs: options.settings.pollMs,
      portion: Math.min(PORTION_MAX, Math.ceil(options.settings.queueEventsMax / 2)),
      tell: (change) => this.#hub.tell(change),
      failed: () => options.observe.tailFailed(),
    })
    options.observe.watchReaders(() => this.#hub.readers)
  }

  /**
   * Joins a stream.
   * @throws ProblemError `too_busy` when there are too many, and what questions to ClickHouse end with
   */
  async open({ scope, filter, lastEventId, signal }: OpenOptions): Promise<Reader> {
    const { clientsMax, queueEventsMax } = this.#options.settings
    if (this.#isStopped || this.#hub.readers >= clientsMax) {
      this.#options.observe.refused()
      const detail = this.#isStopped ? 'This server is stopping.' : `${clientsMax} streams are open already.`
      throw new ProblemError('too_busy', detail, { retryAfterSeconds: 5 })
    }
    const reader = new Reader({
      queueEventsMax,
      overflowed: () => void this.#goOnAfterGap(reader, group, 'slow_reader'),
    })
    const group = this.#hub.join(reader, scope, filter)
    this.#keepTime()
    const leave = () => this.#leave(reader, group)
    signal.addEventListener('abort', leave, { once: true })
    try {
      await this.#tail.start()
      await this.#begin(reader, group, lastEventId, signal)
    } catch (error) {
      leave()
      throw error
    }
    if (signal.aborted) leave()
    return reader
  }

  /** Has something go on from the first reader to the last. */
  accompany(companion: Companion): void {
    this.#companions.push(companion)
  }

  /** Tells everybody in a tenant of the progress of a synchronisation. */
  tellSync(tenant: string, progress: { current: number; total: number | null; percentage: number | null }): void {
    this.#hub.announce(tenant, new LiveEvent('sync.progress', null, progress))
  }

  /** Ends every stream; clients come back by themselves, and go on where they were. */
  stop(): void {
    this.#isStopped = true
    this.#rest()
    for (const reader of this.#hub.allReaders()) reader.close()
  }

  async #begin(reader: Reader, group: Group, lastEventId: string | null, signal: AbortSignal): Promise<void> {
    // Of all that is told from here on the reader has a copy waiting.
    const from = this.#tail.position
    if (lastEventId === null) {
      reader.release(await this.#snapshot(group, from))
      return
    }
    const { runner, settings } = this.#options
    const { scope, filter } = group
    const missed: Replay = await replay({
      runner,
      scope,
      filter,
      lastEventId,
      changesMax: settings.replayChangesMax,
      signal,
    })
    if (missed.kind === 'gap') await this.#goOnAfterGap(reader, group, missed.reason)
    else reader.release(missed.events, (event) => isNewer(event, missed.upTo))
  }

  /** What was dropped is told as a gap, then what there is now. */
  async #goOnAfterGap(reader: Reader, group: Group, reason: GapReason): Promise<void> {
    const { observe } = this.#options
    observe.gap(reason)
    let dropped = 0
    for (let tries = 0; tries < SNAPSHOT_TRIES; tries++) {
      dropped += reader.takeDropped()
      const from = this.#tail.position
      const snapshot = await this.#snapshot(group, from).catch(() => [])
      // What was dropped meanwhile may not be in it.
      if (reader.hasDropped && tries < SNAPSHOT_TRIES - 1) continue
      const gap = new LiveEvent('gap', null, { reason, dropped: dropped + reader.takeDropped() })
      reader.release([gap, ...snapshot])
      return
    }
  }

  async #snapshot({ scope, filter }: Group, from: Position): Promise<LiveEvent[]> {
    const [counts, running] = await Promise.all([
      readCounts(this.#options, scope, filter),
      readOpen(this.#options, scope, filter),
    ])
    const id = formatPosition(from)
    return [new LiveEvent('counts.update', id, counts), new LiveEvent('snapshot', id, { ...counts, running })]
  }

  #leave(reader: Reader, group: Group): void {
    this.#hub.leave(reader, group)
    reader.close()
    if (this.#hub.readers === 0) this.#rest()
  }

  #keepTime(): void {
    if (this.#timers.length > 0) return
    this.#timers = [
      setInterval(() => void this.#tellCounts(), COUNTS_EVERY_MS),
      setInterval(() => {
        for (const reader of this.#hub.allReaders()) reader.keepAlive()
        // A day goes on, and executions fall silent, without any change.
        for (const group of this.#hub.groups()) group.isStale = true
      }, this.#options.settings.keepAliveMs),
    ]
    for (const timer of this.#timers) timer.unref()
    for (const companion of this.#companions) companion.start()
  }

  #rest(): void {
    for (const timer of this.#timers) clearInterval(timer)
    this.#timers = []
    this.#tail.stop()
    for (const companion of this.#companions) companion.stop()
  }

  async #tellCounts(): Promise<void> {
    const stale = [...this.#hub.groups()].filter(({ isStale }) => isStale)
    await Promise.all(
      stale.map(async (group) => {
        group.isStale = false
        const counts = await readCounts(this.#options, group.scope, group.filter).catch(() => undefined)
        const told = JSON.stringify(counts)
        if (counts === undefined) group.isStale = true
        if (counts === undefined || told === group.told) return
        group.told = told
        const event = new LiveEvent('counts.update', formatPosition(this.#tail.position), counts)
        for (const reader of group.readers) reader.push(event)
      }),
    )
  }
}

function isNewer({ id }: LiveEvent, than: Position): boolean {
  const position = id === null ? null : parsePosition(id)
  return position === null || isAfter(position, than)
}
