/**
 * Carries committed records into ClickHouse, in order, batch by batch, each row once.
 *
 * A batch's boundaries are durable before its first try. Until every insert of it has a definite answer, the same inserts
 * are repeated under the same tokens, over restarts too. Rows that ClickHouse will never take are narrowed down to their
 * record and set aside; what may pass is waited for, for ever. Late data of many days takes many inserts: what came meanwhile
 * joins the batch, and goes first.
 */
import type { ClickHouseClient } from '@runlens/clickhouse'
import type { Logger } from '@runlens/runtime'
import type { Plan, PlannedInsert } from '../spool/checkpoint.ts'
import { SpoolReadError } from '../spool/patient-disk.ts'
import type { RecordBatch } from '../spool/reader.ts'
import type { SpoolRecord } from '../spool/record.ts'
import type { Spool } from '../spool/spool.ts'
import { codeOf, messageOf, type Refusal, refusalOf } from './answers.ts'
import { HeldRecords } from './held-records.ts'
import { insertBlocks } from './insert.ts'
import { paceMs } from './pace.ts'
import { blocksOf, halves, INSERTS_MAX, joined, planOf, tokenOf } from './plan.ts'
import { SchemaGate } from './schema-gate.ts'
import { Waiter } from './waiter.ts'

export interface WriterOptions {
  spool: Spool
  client: ClickHouseClient
  batchRowsMax: number
  batchBytesMax: number
  /**
   * How long a batch begins after the one before at the earliest, see {@link paceMs}; one that comes later than that waits
   * {@link GATHER_MS} only.
   */
  batchAgeMs: number
  retryMaxMs: number
  log: Logger
}

export interface WriterStats {
  batches: number
  rows: number
  inserts: number
  retries: number
  /** Records that could not be read back whole. */
  damagedRecords: number
  /** ClickHouse's or the system's code while ClickHouse does not take a batch; undefined otherwise. */
  waitingFor: string | undefined
}

/** How often an idle writer looks for segments whose grace is over. */
const IDLE_MS = 1_000

/** How long the first record of a batch waits for the others of its moment. */
const GATHER_MS = 5

/** Inserts of a batch, its newest days, that are done before anything may join. */
const INSERTS_FIRST = 4

/** First pause after a failed try; doubles up to `retryMaxMs`. */
const RETRY_FIRST_MS = 100

export class Writer {
  private readonly stopping = new AbortController()
  private readonly waiter = new Waiter()
  private readonly gate: SchemaGate
  private running: Promise<void> | undefined
  private draining = false
  private pauseMs = 0
  /** When the batch before began, by `performance.now()`. */
  private beganAt = -Infinity
  /** How long that one took to write. */
  private tookMs = 0
  private readonly counts = { batches: 0, rows: 0, inserts: 0, retries: 0, damagedRecords: 0 }
  private waitingFor: string | undefined
  private readonly held: HeldRecords
  /** Committed and in no batch yet; what an earlier run left is not counted. */
  private readonly waiting = { rows: 0, bytes: 0 }

  constructor(private readonly options: WriterOptions) {
    this.gate = new SchemaGate(options.client)
    this.held = new HeldRecords(options.spool)
  }

  start(): void {
    this.running = this.run()
  }

  /** Tells that a record was committed: its rows, and its bytes in the spool. */
  wake(rows: number, bytes: number): void {
    this.waiting.rows += rows
    this.waiting.bytes += bytes
    this.waiter.wake()
  }

  stats(): WriterStats {
    return { ...this.counts, waitingFor: this.waitingFor }
  }

  /**
   * Writes what is in the spool, at most `drainMs` long, then stops. What is left stays in the spool.
   * @returns whether nothing is left
   */
  async stop(drainMs: number): Promise<boolean> {
    this.draining = true
    this.waiter.wake()
    const timer = setTimeout(() => this.stopping.abort(), drainMs)
    // ClickHouse is away: waiting for it now would only delay the end.
    if (this.waitingFor !== undefined) this.stopping.abort()
    this.stopping.signal.addEventListener('abort', () => this.waiter.wake())
    await this.running
    clearTimeout(timer)
    return this.options.spool.backlog === 0
  }

  private async run(): Promise<void> {
    const { spool } = this.options
    while (!this.stopping.signal.aborted) {
      try {
        if (spool.checkpoint.plan) await this.write(spool.checkpoint.plan)
        else if (spool.backlog > 0) await this.nextBatch()
        else if (this.draining) return
        else {
          await this.waiter.sleep(IDLE_MS)
          spool.deleteOld()
        }
      } catch (error) {
        await this.pause(error)
      }
    }
  }

  /** Gathers a batch and fixes its boundaries. */
  private async nextBatch(): Promise<void> {
    const { spool, batchAgeMs } = this.options
    const waitMs = Math.max(GATHER_MS, this.beganAt + paceMs(batchAgeMs, this.tookMs) - performance.now())
    if (!this.draining && !this.isRipe()) await this.waiter.sleep(waitMs, () => this.draining || this.isRipe())
    this.beganAt = performance.now()
    const last = spool.committed
    const { records } = await this.gather(spool.checkpoint.acknowledged + 1, last)
    if (records.length === 0) {
      await spool.saveCheckpoint(last, null)
      return
    }
    const plan = planOf(records)
    await spool.saveCheckpoint(spool.checkpoint.acknowledged, plan)
    await this.write(plan)
    this.tookMs = performance.now() - this.beganAt
  }

  /** Reads as many of the records `[first, last]` as make a batch. */
  private async gather(first: number, last: number): Promise<RecordBatch> {
    const { spool, batchRowsMax, batchBytesMax } = this.options
    const batch = await spool.read({ first, last, rowsMax: batchRowsMax, bytesMax: batchBytesMax })
    this.held.hold(batch)
    this.waiting.rows = Math.max(0, this.waiting.rows - batch.rows)
    this.waiting.bytes = Math.max(0, this.waiting.bytes - batch.bytes)
    this.tellDamage(batch.damaged)
    return batch
  }

  private isRipe(): boolean {
    const { batchRowsMax, batchBytesMax } = this.options
    return this.waiting.rows >= batchRowsMax || this.waiting.bytes >= batchBytesMax
  }

  private async write(fixed: Plan): Promise<void> {
    const { spool } = this.options
    let plan = fixed
    let before = INSERTS_FIRST + 1
    while (plan.inserts.length > 0) {
      const [insert, ...others] = plan.inserts as [PlannedInsert, ...PlannedInsert[]]
      const records = await this.recordsOf(insert)
      const refusal = await this.insert(insert, records)
      if (this.stopping.signal.aborted) return
      const parts = refusal && halves(insert, records)
      if (refusal && !parts) await this.setAside(insert, records, refusal)
      plan = { ...plan, inserts: [...(parts ?? []), ...others] }
      // The cut must be as durable as the boundaries were: the halves have tokens of their own.
      if (refusal) await spool.saveCheckpoint(spool.checkpoint.acknowledged, plan)
      if (--before > 0) continue
      const next = await this.joinNext(plan)
      before = Math.min(next.inserts, INSERTS_FIRST) + 1
      plan = next.plan
    }
    this.counts.batches++
    this.held.letGo()
    await spool.saveCheckpoint(plan.last, null)
  }

  /** The plan with what came meanwhile, durably, and how many inserts that brought; as it is where nothing may join. */
  private async joinNext(plan: Plan): Promise<{ plan: Plan; inserts: number }> {
    const { spool } = this.options
    const { length } = plan.inserts
    if (length === 0 || length > INSERTS_MAX || spool.committed === plan.last) return { plan, inserts: 0 }
    const records = await this.gather(plan.last + 1, spool.committed).then(({ records }) => records, unreadable)
    if (records.length === 0) return { plan, inserts: 0 }
    const next = planOf(records)
    const both = joined(plan, next)
    await spool.saveCheckpoint(spool.checkpoint.acknowledged, both)
    return { plan: both, inserts: next.inserts.length }
  }

  private async recordsOf({ first, last }: PlannedInsert): Promise<readonly SpoolRecord[]> {
    if (this.held.has(first, last)) return this.held.records
    const batch = await this.options.spool.read({ first, last, rowsMax: Infinity, bytesMax: Infinity, isPlanned: true })
    this.tellDamage(batch.damaged)
    this.held.hold(batch)
    return batch.records
  }

  /** Repeats one insert until there is a definite answer: undefined for taken. */
  private async insert(planned: PlannedInsert, records: readonly SpoolRecord[]): Promise<Refusal | undefined> {
    const { spool, client } = this.options
    const blocks = blocksOf(planned, records).map(({ block }) => block)
    if (blocks.length === 0) return undefined
    const rows = blocks.reduce((sum, block) => sum + block.rows, 0)
    const insert = { table: planned.table, token: tokenOf(spool, planned), blocks: blocks.map((b) => b.bytes) }
    while (!this.stopping.signal.aborted) {
      try {
        await this.gate.pass(this.stopping.signal)
        await insertBlocks(client, insert, this.stopping.signal)
        this.gate.taken()
        this.tellTaken(rows)
        return undefined
      } catch (error) {
        this.held.mayBeRead()
        this.gate.failed()
        const refusal = refusalOf(error)
        if (refusal) return refusal
        await this.pause(error)
      }
    }
    return undefined
  }

  private async setAside(insert: PlannedInsert, records: readonly SpoolRecord[], refusal: Refusal): Promise<void> {
    for (const { record, block } of blocksOf(insert, records)) {
      const { sequence, tenant, receivedAtMs } = record
      await this.options.spool.deadLetters.add({ sequence, tenant, receivedAtMs, ...block, ...refusal })
      this.options.log.error(
        { sequence, table: block.table, rows: block.rows, ...refusal },
        'ClickHouse refuses these rows for good: set aside as a dead letter',
      )
    }
  }

  private async pause(error: unknown): Promise<void> {
    if (this.stopping.signal.aborted) return
    this.counts.retries++
    // Of the disk the spool itself tells.
    if (!(error instanceof SpoolReadError)) this.tellNotTaken(error)
    this.pauseMs = Math.min(this.options.retryMaxMs, Math.max(RETRY_FIRST_MS, this.pauseMs * 2))
    if (this.draining) this.stopping.abort()
    else await this.waiter.sleep(this.pauseMs, () => this.draining)
  }

  private tellNotTaken(error: unknown): void {
    const code = codeOf(error)
    if (this.waitingFor !== code)
      this.options.log.warn({ code, error: messageOf(error) }, 'ClickHouse does not take the batch; trying on')
    this.waitingFor = code
  }

  private tellTaken(rows: number): void {
    if (this.waitingFor !== undefined) this.options.log.info('ClickHouse takes batches again')
    this.waitingFor = undefined
    this.pauseMs = 0
    this.counts.inserts++
    this.counts.rows += rows
  }

  private tellDamage(damaged: number): void {
    if (damaged === 0) return
    this.counts.damagedRecords += damaged
    this.options.log.error({ damaged }, 'records of the spool can not be read back')
  }
}

/** What can't be read yet joins no batch: it is tried again behind this one. */
function unreadable(error: unknown): readonly SpoolRecord[] {
  if (error instanceof SpoolReadError) return []
  throw error
}
