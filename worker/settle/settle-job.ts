/** The job that follows arrivals and settles traces: simple ones as they come, the others once they rest. */
import type { ClickHouseClient } from '@runlens/clickhouse'
import type { Settled, SettleOptions, SettleSpan } from '@runlens/mapping'
import { collectGarbageRarely, type Logger, type Settings } from '@runlens/runtime'
import { type Arrival, type DirtyTrace, DirtyTraces } from '../arrivals/dirty-traces.ts'
import { dropReadArrivals } from '../arrivals/drop-read-arrivals.ts'
import { type LookedOver, lookOver, type SimpleTrace } from '../arrivals/look-over.ts'
import { announceMissed } from '../arrivals/missed-arrivals.ts'
import { type Block, type Tail, tailArrivals } from '../arrivals/tail-arrivals.ts'
import type { ExecutionBlock } from '../compiled/execution-blocks.ts'
import { SettleStages } from '../compiled/settle-stages.ts'
import { allDone } from '../jobs/all-done.ts'
import { persist } from '../jobs/persist.ts'
import type { Job } from '../jobs/run-job.ts'
import { readPosition, writeStatus } from '../jobs/status.ts'
import type { SettleObserver } from '../metrics.ts'
import type { Settle } from './follow-executions.ts'
import type { LookedUp } from './locator.ts'
import { type SettleReport, settleTraces } from './settle-traces.ts'
import { markNewest, noteNewest, termNewest } from './write-executions.ts'

export interface SettleJobOptions {
  client: ClickHouseClient
  log: Logger
  owner: string
  settle: Settle
  settings: Settings['worker']
  payloadBytesMax: number
  observe: SettleObserver
}

export const SETTLE_JOB = 'settle'

/** Of a settled trace that waits for a time. */
const NOTHING_NEW = { spans: 0, blocks: [], isWhole: false, read: undefined, fresh_at: undefined, unseen: 0 }

/** A trace whose spans keep coming is settled this long after the first all the same: what is written is visible within a second. */
const SETTLE_LATEST_MS = 1_000
/** Arrivals are read this far apart while they keep coming: a look costs the same for one span as for a thousand. */
const READ_INTERVAL_MS = 100
/** Once nothing has come for some seconds, polls are this far apart at least: they are most of what an idle stack costs. */
const IDLE_POLL_MS = 250
const IDLE_AFTER_MS = 5_000
/** Of so many spans or more, simple traces are written by columns. */
const COMPILED_SPANS_MIN = 5_000
/** Bytes of arrivals in one look, unless one block is longer. */
const LOOK_BYTES_MAX = 32 * 1024 * 1024
const STATUS_INTERVAL_MS = 1_000
/** How often what was read of the log is dropped. */
const DROP_INTERVAL_MS = 300_000
const IDLE_STATUS_INTERVAL_MS = 10_000
/** Traces remembered at once; the log is read on only when there is room. */
const TRACES_WAITING_MAX = 50_000
/** A trace that arrived but shows no span (deleted since) is looked up this often, this far apart. */
const UNSEEN_TRIES = 10
const UNSEEN_PAUSE_MS = 500
/** Traces remembered because settling failed on them; of more, the oldest are forgotten. */
const UNSETTLED_MAX = 1_000

export class SettleJob implements Job {
  private tail: Tail | undefined
  private stages: SettleStages | undefined
  private readonly dirty: DirtyTraces
  private statusDue = 0
  private dropDue = 0
  /** By `performance.now()`. */
  private readAgainAt = 0
  /** When something was read or settled last, by `performance.now()`. */
  private busyAt = 0
  private lagMs = 0
  private tracesSettled = 0
  private executionsWritten = 0
  /** Why a write fails, '' while none does. */
  private writeFault = ''
  /** Why settling fails on a trace, by tenant and trace, until it works. */
  private readonly unsettled = new Map<string, string>()

  constructor(private readonly options: SettleJobOptions) {
    this.dirty = new DirtyTraces({
      settleDelayMs: options.settings.settleDelayMs,
      settleLatestMs: Math.max(SETTLE_LATEST_MS, options.settings.settleDelayMs),
    })
    options.observe.watchWaiting(() => {
      const { size, oldestFresh } = this.dirty
      return { traces: size, oldestArrivalMs: oldestFresh === undefined ? undefined : Number(oldestFresh / 1000n) }
    })
  }

  async begin(): Promise<void> {
    const { client, log, settings } = this.options
    await markNewest(client)
    await noteNewest(client)
    await termNewest(client)
    const position = await readPosition(client, SETTLE_JOB)
    const missed = await announceMissed(client, position)
    this.tail = tailArrivals({ client, from: position, overlapMs: settings.overlapMs })
    log.info({ position: new Date(Number(position / 1000n)).toISOString(), missed }, 'following arrivals')
  }

  async step(signal: AbortSignal): Promise<number> {
    // What is told is what was done before this step: to write it takes ClickHouse as long as to settle some traces.
    const telling = Date.now() >= this.statusDue ? this.writeStatus() : Promise.resolve()
    const [done] = await allDone([this.advance(signal), telling])
    if (done.blocks > 0) this.statusDue = Math.min(this.statusDue, Date.now() + STATUS_INTERVAL_MS)
    if (done.blocks > 0 || done.traces > 0) {
      this.busyAt = performance.now()
      return 0
    }
    const { pollMs } = this.options.settings
    const isIdle = this.dirty.size === 0 && performance.now() - this.busyAt > IDLE_AFTER_MS
    if (isIdle) return Math.max(pollMs, IDLE_POLL_MS)
    const readInMs = this.readAgainAt - performance.now()
    return readInMs > 0 ? Math.min(pollMs, readInMs) : pollMs
  }

  /**
   * Reads what arrived and settles what may be settled by then: one after the other, because a trace that came whole is so written in the step
   * that reads it. Gives the numbers of blocks and of traces.
   */
  private async advance(signal: AbortSignal): Promise<{ blocks: number; traces: number }> {
    const blocks = await this.poll()
    if (blocks.length === 0) return { blocks: 0, traces: await this.settleReady(signal) }
    const { read, arrivals, ...looked } = await this.lookOver(blocks)
    this.note(arrivals)
    const traces = await this.settleReady(signal, looked)
    // What is not written is looked over again; only what waits is remembered elsewhere.
    this.tail!.take(read)
    return { blocks: read.length, traces }
  }

  /** Looks over these blocks, or as many of them as are not too long together. */
  private async lookOver(blocks: readonly Block[]): Promise<LookedOver & { read: readonly Block[] }> {
    const { client, payloadBytesMax } = this.options
    for (let read = blocks; ; read = read.slice(0, Math.ceil(read.length / 2))) {
      const looked = await lookOver({
        client,
        payloadBytesMax,
        blocks: read.map(({ arrived_at }) => arrived_at),
        bytesMax: read.length === 1 ? Infinity : LOOK_BYTES_MAX,
        stages: this.stagesFor(read),
        settle: (spans) => this.settleAlone(spans),
      })
      if (looked) return { ...looked, read }
    }
  }

  /** Few spans are looked over sooner in TypeScript: they become rows that are inserted with those of `settle`. */
  private stagesFor(blocks: readonly Block[]): SettleStages | undefined {
    const spans = blocks.reduce((sum, block) => sum + block.spans, 0)
    if (spans < COMPILED_SPANS_MIN) return undefined
    this.stages ??= this.beginLargeLooks()
    return this.stages
  }

  /** From now on this is a busy process: ten times what lives in its heap is less than the memory of the stages. */
  private beginLargeLooks(): SettleStages {
    collectGarbageRarely(1_000)
    return new SettleStages()
  }

  /** What follows from the spans of one trace; a failure is told when the trace is settled. */
  private settleAlone(spans: SettleSpan[]): Settled | undefined {
    try {
      return this.options.settle(spans, this.settleOptions())
    } catch {
      return undefined
    }
  }

  private settleOptions(): SettleOptions {
    return {
      now_ms: Date.now(),
      candidate_timeout_ms: this.options.settings.candidateTimeoutMs,
      payload_bytes_max: this.options.payloadBytesMax,
    }
  }

  /** Blocks to be read now. */
  private async poll(): Promise<Block[]> {
    if (this.dirty.size >= TRACES_WAITING_MAX || performance.now() < this.readAgainAt) return []
    const began = performance.now()
    const blocks = await this.tail!.poll()
    if (blocks.length > 0) this.readAgainAt = began + READ_INTERVAL_MS
    return blocks
  }

  private note(arrivals: readonly Arrival[]): void {
    for (const arrival of arrivals) this.dirty.add(arrival, Date.now())
  }

  /** Writes what is simple, and settles of one tenant what may be settled; gives the number of traces. */
  private async settleReady(signal: AbortSignal, looked?: Omit<LookedOver, 'arrivals'>): Promise<number> {
    const traces = this.dirty.take(Date.now(), this.options.settings.tracesPerSettleMax)
    const simple = byTenant(looked?.simple ?? [])
    const first = traces[0]?.tenant
    if (first !== undefined && !simple.has(first)) simple.set(first, [])
    let settled = 0
    for (const [tenant, ofTenant] of simple) {
      const own = tenant === first ? traces : []
      const blocks = looked?.blocks.get(tenant)
      await this.settle(
        { tenant, traces: own, simple: ofTenant, blocks, lookedUp: looked?.lookedUp.get(tenant) },
        signal,
      )
      settled += own.length + ofTenant.length
    }
    return settled
  }

  async end(): Promise<void> {
    await this.writeStatus()
  }

  private async settle(
    { tenant, traces, simple, blocks = [], lookedUp }: ToSettle,
    signal: AbortSignal,
  ): Promise<void> {
    const { client, log, settings } = this.options
    const failed = new Map<string, unknown>()
    try {
      const report = await settleTraces({
        client,
        settle: this.options.settle,
        tenant,
        traces: traces.map((trace) => {
          const { trace_id, ranges, isWhole } = trace
          return { trace_id, ranges, arrived: isWhole ? trace : undefined }
        }),
        more: simple,
        blocks,
        lookedUp,
        spansPerTraceMax: settings.spansPerTraceMax,
        candidateTimeoutMs: settings.candidateTimeoutMs,
        payloadBytesMax: this.options.payloadBytesMax,
        now: Date.now,
        persist: (write) => persist(write, { log, what: 'write', signal, onFault: (error) => this.noteFault(error) }),
        onFault: (together, error) => {
          for (const trace of together) failed.set(trace, error)
        },
      })
      this.noteUnsettled(traces, failed)
      this.noteReport(traces, simple, report)
    } catch (error) {
      // Nothing is lost: they are tried again from the beginning.
      for (const trace of traces) this.dirty.wait(trace, Date.now())
      throw error
    }
  }

  private noteReport(traces: readonly DirtyTrace[], simple: readonly SimpleTrace[], report: SettleReport): void {
    const now = Date.now()
    const shared = new Set(report.shared)
    if (shared.size > 0) this.note(simple.flatMap((trace) => (shared.has(trace.trace_id) ? [trace.arrival()] : [])))
    const unseen = new Set(report.unseen)
    for (const trace of traces) {
      const again = report.settleAgainAtMs.get(trace.trace_id)
      if (unseen.has(trace.trace_id)) {
        if (trace.unseen < UNSEEN_TRIES) {
          this.dirty.wait({ ...trace, unseen: trace.unseen + 1 }, now + UNSEEN_PAUSE_MS)
        }
      } else if (again !== undefined) {
        this.dirty.wait({ ...trace, ...NOTHING_NEW }, Math.max(again, now + 1))
      }
    }
    const fresh = traces.flatMap(({ trace_id, fresh_at }) => (unseen.has(trace_id) ? [] : (fresh_at ?? [])))
    for (const { arrived_at } of simple) fresh.push(arrived_at)
    this.noteSettled(traces.length + simple.length, fresh, report.rowsWritten)
  }

  /** @param arrivals of spans that no settling had seen, microseconds since the epoch */
  private noteSettled(traces: number, arrivals: readonly bigint[], executions: number): void {
    const now = Date.now()
    const delaysMs = arrivals.map((at) => now - Number(at / 1000n))
    for (const delay of delaysMs) if (delay > this.lagMs) this.lagMs = delay
    this.tracesSettled += traces
    this.executionsWritten += executions
    this.options.observe.settled({ traces, executions, delaysMs })
  }

  private noteUnsettled(traces: readonly DirtyTrace[], failed: ReadonlyMap<string, unknown>): void {
    const fresh: string[] = []
    for (const { tenant, trace_id } of traces) {
      const key = `${tenant}/${trace_id}`
      const known = this.unsettled.delete(key)
      if (!failed.has(trace_id)) continue
      this.unsettled.set(key, messageOf(failed.get(trace_id)))
      if (!known) fresh.push(trace_id)
    }
    for (const key of this.unsettled.keys()) {
      if (this.unsettled.size <= UNSETTLED_MAX) break
      this.unsettled.delete(key)
    }
    if (fresh.length === 0) return
    this.options.log.error({ err: failed.get(fresh[0]!), traces: fresh.slice(0, 10) }, 'traces left unsettled')
  }

  private noteFault(error: unknown): void {
    this.writeFault = error === undefined ? '' : messageOf(error)
  }

  private async writeStatus(): Promise<void> {
    const readUpTo = this.tail?.readUpTo ?? 0n
    const oldest = this.dirty.oldestArrival
    const position = oldest !== undefined && oldest < readUpTo ? oldest : readUpTo
    const lagMs = this.lagMs
    this.lagMs = 0
    this.statusDue = Date.now() + (this.dirty.size > 0 ? STATUS_INTERVAL_MS : IDLE_STATUS_INTERVAL_MS)
    try {
      await writeStatus(this.options.client, SETTLE_JOB, {
        owner: this.options.owner,
        position,
        lag_ms: lagMs,
        traces_waiting: this.dirty.size,
        traces_settled: this.tracesSettled,
        executions_written: this.executionsWritten,
        fault: this.writeFault || ([...this.unsettled.values()].at(-1) ?? ''),
      })
    } catch (error) {
      this.lagMs = Math.max(this.lagMs, lagMs)
      this.statusDue = 0
      throw error
    }
    if (Date.now() >= this.dropDue) {
      this.dropDue = Date.now() + DROP_INTERVAL_MS
      await dropReadArrivals(this.options.client, position)
    }
  }
}

/** What is settled together: traces that may be settled, and executions that only need to be written. */
interface ToSettle {
  tenant: string
  traces: DirtyTrace[]
  simple: readonly SimpleTrace[]
  blocks: readonly ExecutionBlock[] | undefined
  lookedUp: LookedUp | undefined
}

function byTenant(simple: readonly SimpleTrace[]): Map<string, SimpleTrace[]> {
  const found = new Map<string, SimpleTrace[]>()
  for (const trace of simple) {
    const others = found.get(trace.tenant)
    if (others) others.push(trace)
    else found.set(trace.tenant, [trace])
  }
  return found
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
