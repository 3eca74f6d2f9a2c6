/**
 * Looking over arrivals by WebAssembly (`assembly/`): finds simple traces and writes their executions as columns, without an object for each span.
 * It does what `simple/` does, of traces with failures, too; whatever is rare or too large it leaves to the stages in TypeScript
 * ([ADR 28](../../docs/adr/0028-settling-by-columns.md)).
 */
import { randomBytes } from 'node:crypto'
import { type ArrivalTable, labelsReader, STATUS_BY_NUMBER } from '@runlens/clickhouse'
import { ROLES, type Status, UNSUCCESSFUL_STATUSES } from '@runlens/conventions'
import { QUERY_CHARACTERS_MAX } from '@runlens/mapping'
import { CompiledModule, type Count, packageAsset } from '@runlens/runtime'
import { ErrorWords } from './error-words.ts'
import { labelRecord } from './label-records.ts'
import { placeStreams } from './streams.ts'

/** Pages of 64 KiB, as `scripts/build-stages.mjs` has them; those that nothing has touched cost nothing. */
const MEMORY_PAGES = 5120

interface SettleExports {
  setSeed(seed: bigint): void
  setNumbers(
    candidate: number,
    entry: number,
    step: number,
    success: number,
    partial: number,
    error: number,
    unsuccessful: number,
    queryCharactersMax: number,
  ): void
  forgetWords(): void
  readArrivals(length: number): number
  listNewLabels(rows: number): number
  groupRows(rows: number, seed: bigint): number
  judgeTraces(traces: number, payloadBytesMax: number): number
  noteKnown(length: number, traces: number, seed: bigint): number
  writeExecutions(first: number, end: number): number
}

/** In the order of `assembly/fields.ts`. */
const FIELD_NAMES = [
  'execution_id',
  'user_id',
  'conversation_id',
  'query',
  'parent_execution_id',
  'retry_of',
  'replay_of',
  'error_stack',
  'error_message',
  'query_complexity',
  'query_page',
  'query_page_size',
  'rows_total',
  'rows_returned',
  'queued_at',
  'expected_end_at',
  'progress',
]
const FIELD_NAME_BYTES = 32

/** Nobody outside knows it. */
const SEED = randomBytes(8).readBigInt64LE() | 1n

export class SettleStages extends CompiledModule<SettleExports> {
  /** Room for Native blocks of `arrivals`. */
  readonly body = this.buffer(this.place('BODY'), this.place('BODY_BYTES_MAX'))
  /** Room for Native blocks of what is known of traces (`knownTraces`). */
  readonly known = this.buffer(this.place('KNOWN'), this.place('KNOWN_BYTES_MAX'))
  /** Words of columns of few words by number, and what those of `labels_json` say. */
  readonly words: string[] = []
  readonly labels: ArrivalTable['labelWords'][number][] = []
  readonly errors = new ErrorWords(this)
  /** Counts the looks: what one has found is good until the next. */
  looks = 0
  private readonly wordCount: Count = this.count('wordCount')
  private readonly wordBytes: Count = this.count('wordBytes')
  private labelBytes = 0
  private readLabels = labelsReader()

  constructor() {
    super(packageAsset(import.meta.url, 'dist/compiled/settle.wasm'), MEMORY_PAGES)
    this.run.setSeed(SEED)
    this.run.setNumbers(
      ROLES.indexOf('candidate'),
      ROLES.indexOf('entry'),
      ROLES.indexOf('step'),
      STATUS_BY_NUMBER.indexOf('success'),
      STATUS_BY_NUMBER.indexOf('partial'),
      STATUS_BY_NUMBER.indexOf('error'),
      STATUS_BY_NUMBER.reduce((bits, status, n) => bits | (Number(isUnsuccessful(status)) << n), 0),
      QUERY_CHARACTERS_MAX,
    )
    FIELD_NAMES.forEach((name, n) => {
      const at = this.place('FIELD_NAMES') + n * FIELD_NAME_BYTES
      this.buffer(at, FIELD_NAME_BYTES).fill(0).write(name, 1)
      this.bytes(at, 1)[0] = name.length
    })
    placeStreams(this)
  }

  /**
   * Reads what lies in the body, and groups it by trace.
   * @returns numbers of rows and traces; undefined if it is left to TypeScript
   */
  read(length: number, payloadBytesMax: number): { rows: number; traces: number } | undefined {
    this.looks++
    this.forgetMany()
    try {
      const rows = this.run.readArrivals(length)
      if (rows >= 0 && this.learnWords(rows)) {
        const traces = this.run.groupRows(rows, SEED)
        this.run.judgeTraces(traces, payloadBytesMax)
        return { rows, traces }
      }
    } catch {
      // If there is something wrong with the arrivals, TypeScript says what.
    }
    // Some words may be known by halves.
    this.forget()
    return undefined
  }

  /** Reads what lies in `known`, and notes it with the traces. Gives whether it could be read. */
  noteKnown(length: number, traces: number): boolean {
    try {
      return this.run.noteKnown(length, traces, SEED) !== 0
    } catch {
      this.forget()
      return false
    }
  }

  private learnWords(rows: number): boolean {
    const starts = this.numbers(this.place('WORD_STARTS'), this.wordCount.value)
    const ends = this.numbers(this.place('WORD_ENDS'), this.wordCount.value)
    for (let word = this.words.length; word < starts.length; word++)
      this.words.push(this.buffer(starts[word]!, ends[word]! - starts[word]!).toString())
    const records = this.numbers(this.place('WORD_LABELS'), this.wordCount.value)
    for (const word of this.numbers(this.place('CHOSEN'), this.run.listNewLabels(rows))) {
      const labels = this.readLabels(this.words[word]!)
      const address = this.place('LABEL_BYTES') + this.labelBytes
      const record = labelRecord(labels, address)
      if (this.labelBytes + record.length > this.place('LABEL_BYTES_MAX')) return false
      this.bytes(address, record.length).set(record)
      // Records begin at multiples of 4.
      this.labelBytes += (record.length + 3) & ~3
      this.labels[word] = labels
      records[word] = address
    }
    return true
  }

  /** What has come to fill half of its room is learnt anew. */
  private forgetMany(): void {
    const isMuch = (used: number, max: string) => used > this.place(max) / 2
    if (
      isMuch(this.wordCount.value, 'WORDS_MAX') ||
      isMuch(this.wordBytes.value, 'WORD_BYTES_MAX') ||
      isMuch(this.labelBytes, 'LABEL_BYTES_MAX')
    )
      this.forget()
  }

  private forget(): void {
    this.run.forgetWords()
    this.words.length = 0
    this.labels.length = 0
    this.labelBytes = 0
    this.readLabels = labelsReader()
  }
}

function isUnsuccessful(status: Status | ''): boolean {
  return (UNSUCCESSFUL_STATUSES as readonly (Status | '')[]).includes(status)
}
