/**
 * The spool: what was accepted rests here, on disk, until ClickHouse has it. Append-only segments, group commit, one owner.
 * It knows records and sequences; what is inside their blocks is nobody's business here.
 */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { identify, type Logger, type Ownership, RunlensError, systemErrorCode, takeOwnership } from '@runlens/runtime'
import { type Checkpoint, type Plan, writeCheckpoint } from './checkpoint.ts'
import { Committer } from './committer.ts'
import { DeadLetters } from './dead-letters.ts'
import { nodeFiles, type SpoolFiles } from './files.ts'
import type { Group } from './group.ts'
import { LagMarks } from './lag-marks.ts'
import { PatientDisk } from './patient-disk.ts'
import { type ReadLimits, type RecordBatch, SegmentReader } from './reader.ts'
import type { RecordInput, SpoolRecord } from './record.ts'
import { type Recovered, recover } from './recovery.ts'
import { RESERVE_BYTES, Reserve } from './reserve.ts'
import { Retention } from './retention.ts'
import { saltOf } from './segment.ts'
import { SegmentWriter } from './segment-writer.ts'

export interface SpoolOptions {
  /** Made with mode 0700 where it is missing. */
  directory: string
  bytesMax: number
  segmentBytes: number
  commitIntervalMs: number
  graceSeconds: number
  log: Logger
  /** Milliseconds of a clock that never jumps. @default since the start of the process */
  now?: () => number
  /** Every record found at the start, in order: from these the resend filter is made again. */
  onRecord?: (record: SpoolRecord) => void
  /** Default: the real ones. */
  files?: SpoolFiles
}

export type AppendOutcome = 'durable' | 'spool_full' | 'spool_failed'

export interface SpoolStats {
  /** On disk, acknowledged records in their grace period included. */
  bytes: number
  /** Records that ClickHouse does not have yet. */
  records: number
  /** How long the oldest of them has been here, those of an earlier run since the start; 0 for none. */
  oldestAgeMs: number
  fsyncs: number
  fsyncSeconds: number
  failedCommits: number
  deadLetters: number
  deadLetterRows: number
  /** Reads that the disk refused. */
  failedReads: number
  /** Whether records wait because the disk does not give them at the moment. */
  isUnreadable: boolean
  /** Segments found damaged at the start. */
  corruptSegments: number
  /** Records found at the start that ClickHouse had not acknowledged. */
  replayed: number
}

export class Spool {
  readonly id: string
  readonly deadLetters: DeadLetters
  checkpoint: Checkpoint
  private readonly committer: Committer
  private readonly writer: SegmentWriter
  private readonly disk: PatientDisk
  private readonly reader: SegmentReader
  private readonly retention: Retention
  private readonly files: SpoolFiles
  private readonly marks = new LagMarks()
  private readonly now: () => number
  private failedCommits = 0
  private isFailing = false
  private readonly replayed: number
  private retiring: Promise<void> | undefined

  private constructor(
    private readonly options: SpoolOptions,
    private readonly owner: Ownership,
    private readonly recovered: Recovered,
    deadLetters: DeadLetters,
    private readonly reserve: Reserve,
  ) {
    const { spoolId, segments, checkpoint, nextSequence, nextNumber } = recovered
    const { directory, commitIntervalMs, bytesMax } = options
    const salt = saltOf(spoolId)
    this.id = spoolId.toString('hex')
    this.files = options.files ?? nodeFiles
    this.now = options.now ?? (() => performance.now())
    this.deadLetters = deadLetters
    this.checkpoint = checkpoint
    const { files } = this
    this.writer = new SegmentWriter({
      files,
      directory,
      spoolId,
      salt,
      // Only whole segments can be deleted: one that fills the bound by itself would never make room.
      segmentBytes: Math.min(options.segmentBytes, bytesMax / SEGMENTS_MIN),
      segments,
      nextSequence,
      nextNumber,
    })
    this.disk = new PatientDisk({ files, log: options.log, now: this.now })
    this.reader = new SegmentReader(segments, salt, this.disk)
    this.retention = new Retention(segments, files, options.graceSeconds)
    this.committer = new Committer({
      writer: this.writer,
      commitIntervalMs,
      onCommitted: (group) => this.onCommitted(group),
      onFailed: (error) => this.onFailed(error),
    })
    this.replayed = this.backlog
    if (this.replayed > 0) this.marks.add(this.committed, this.now())
  }

  /**
   * Takes the directory, recovers what is in it.
   * @throws RunlensError `spool_in_use` while another process has it, `data_dir_unusable` when it can't be written
   */
  static async open(options: SpoolOptions): Promise<Spool> {
    try {
      return await Spool.openDirectory(options)
    } catch (error) {
      const code = systemErrorCode(error)
      if (error instanceof RunlensError || code === undefined) throw error
      throw new RunlensError(
        'data_dir_unusable',
        `The spool ${options.directory} can not be used: ${code}`,
        'Make sure that this user may write there and that the disk has room, or set RUNLENS_DATA_DIR to another place.',
        error,
      )
    }
  }

  private static async openDirectory(options: SpoolOptions): Promise<Spool> {
    const files = options.files ?? nodeFiles
    await mkdir(options.directory, { recursive: true, mode: 0o700 })
    const owner = await takeOwnership({
      directory: options.directory,
      name: 'owner',
      inUse: (pid) => inUse(options.directory, pid),
    })
    try {
      const onRecord = options.onRecord ?? (() => undefined)
      const boot = identify(process.pid)?.boot ?? null
      const recovered = await recover({ directory: options.directory, files, log: options.log, boot, onRecord })
      const deadLetters = await DeadLetters.open(join(options.directory, 'dead-letter'), files)
      const reserve = new Reserve(options.directory, files)
      await reserve.release()
      await writeCheckpoint(files, options.directory, recovered.checkpoint)
      await reserve.keep()
      return new Spool(options, owner, recovered, deadLetters, reserve)
    } catch (error) {
      await owner.release()
      throw error
    }
  }

  /** The last durable sequence. */
  get committed(): number {
    return this.writer.nextSequence - 1
  }

  /** Records that ClickHouse does not have yet. */
  get backlog(): number {
    return this.committed - this.checkpoint.acknowledged
  }

  /**
   * Copies the record before it returns; the answer comes once it is durable, or refused with nothing of it kept.
   * @param undo called if it did not become durable, before anything else can happen
   */
  async append(record: RecordInput, undo: () => void): Promise<AppendOutcome> {
    const refusal = this.refusal(recordBytes(record))
    if (refusal) {
      undo()
      return refusal
    }
    return (await this.committer.append(record, undo)) ? 'durable' : 'spool_failed'
  }

  /** Why a record of so many bytes would be refused now, or undefined. */
  refusal(bytes: number): 'spool_full' | undefined {
    const total = this.bytes + this.committer.pendingBytes + bytes
    if (total > this.options.bytesMax || !this.reserve.isKept) {
      this.retire(Math.max(0, total - this.options.bytesMax))
      return 'spool_full'
    }
    return undefined
  }

  /** What to wait for before the next `append`, then to be asked again; undefined while the disk keeps up. */
  get behind(): Promise<unknown> | undefined {
    return this.committer.behind
  }

  /** Whether everything appended so far became durable. */
  settled(): Promise<boolean> {
    return this.committer.settled()
  }

  read(limits: ReadLimits): Promise<RecordBatch> {
    return this.reader.read(limits)
  }

  /** The records of a batch are views of memory that the next one may have from now on. */
  giveBack({ windows }: RecordBatch): void {
    this.reader.giveBack(windows)
  }

  /** Durable when it returns. Segments below `acknowledged` go once their grace is over. */
  async saveCheckpoint(acknowledged: number, plan: Plan | null): Promise<void> {
    const checkpoint = { ...this.checkpoint, acknowledged, plan }
    await withReserve(this.reserve, async () => {
      // What is under way would take the room that was just made.
      if (!this.reserve.isKept) await this.committer.settled()
      await writeCheckpoint(this.files, this.options.directory, checkpoint)
    })
    this.checkpoint = checkpoint
    this.marks.acknowledge(acknowledged)
    this.retire(0)
  }

  stats(): SpoolStats {
    return {
      bytes: this.bytes,
      records: this.backlog,
      oldestAgeMs: this.marks.oldestAgeMs(this.now()),
      fsyncs: this.writer.fsyncs,
      fsyncSeconds: this.writer.fsyncSeconds,
      failedCommits: this.failedCommits,
      deadLetters: this.deadLetters.letters,
      deadLetterRows: this.deadLetters.rows,
      failedReads: this.disk.failures,
      isUnreadable: this.disk.isFailing,
      corruptSegments: this.recovered.corrupt,
      replayed: this.replayed,
    }
  }

  /** Waits for what is being committed and gives the directory free. Nothing may be appended any more. */
  async close(): Promise<void> {
    await this.committer.settled()
    await this.retiring
    await this.writer.close()
    await this.owner.release()
  }

  private get bytes(): number {
    return this.retention.bytes + this.deadLetters.bytes
  }

  private onCommitted(group: Group): void {
    this.marks.add(this.committed, this.now())
    if (this.isFailing) this.options.log.info('spool writes again')
    this.isFailing = false
    const excess = this.bytes + group.buffer.length - this.options.bytesMax * ROOM_SHARE
    if (excess > 0) this.retire(excess)
  }

  private onFailed(error: unknown): void {
    this.failedCommits++
    if (!this.isFailing) this.options.log.error({ err: error }, 'spool can not be written: requests are refused')
    this.isFailing = true
  }

  /** Deletes acknowledged segments whose grace is over. */
  deleteOld(): void {
    this.retire(0)
  }

  private retire(neededBytes: number): void {
    this.retiring ??= this.retention
      .retire(
        this.checkpoint.acknowledged,
        this.writer.currentNumber,
        this.now(),
        this.reserve.isKept ? neededBytes : Math.max(neededBytes, RESERVE_BYTES),
      )
      .then(() => (this.reserve.isKept ? undefined : this.reserve.keep()))
      .catch((error: unknown) => this.options.log.error({ err: error }, 'segment can not be deleted'))
      .finally(() => {
        this.retiring = undefined
      })
  }
}

/** Segments that the bound must have room for, at least. */
const SEGMENTS_MIN = 8

/** Share of `bytesMax` from which acknowledged segments give up their grace period to make room. */
const ROOM_SHARE = 0.75

/** Writes a checkpoint; on a full disk once more, into the bytes reserved for it. */
async function withReserve(reserve: Reserve, write: () => Promise<void>): Promise<void> {
  try {
    await write()
  } catch (error) {
    if (systemErrorCode(error) !== 'ENOSPC') throw error
    reserve.isKept = false
    await reserve.release()
    await write()
  }
}

/** A record's size on disk, but for a few bytes. */
function recordBytes({ blocks, keys }: RecordInput): number {
  return blocks.reduce((bytes, block) => bytes + block.bytes.length, keys.length)
}

function inUse(directory: string, pid: number): RunlensError {
  return new RunlensError(
    'spool_in_use',
    `The spool ${directory} belongs to the running process ${pid}`,
    'Stop that collector, or give this one a data directory of its own with RUNLENS_DATA_DIR.',
  )
}
