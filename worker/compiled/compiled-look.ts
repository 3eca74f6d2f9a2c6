/** What the compiled stages found in some arrivals. Good until they read others. */
import {
  ArrivalTable,
  type ClickHouseClient,
  type NativeStatement,
  readArrivalsInto,
  readNativeInto,
  TimeColumn,
  WordColumn,
} from '@runlens/clickhouse'
import type { KnownTrace } from '../arrivals/known-traces.ts'
import { type ExecutionBlock, executionBlock } from './execution-blocks.ts'
import type { SettleStages } from './settle-stages.ts'

const MICROS_PER_DAY = 86_400_000_000n

/** @returns undefined if it is left to TypeScript */
export async function readLook(
  stages: SettleStages,
  client: ClickHouseClient,
  blocks: readonly bigint[],
  payloadBytesMax: number,
): Promise<CompiledLook | undefined> {
  const length = await readArrivalsInto(client, { blocks }, stages.body)
  const read = length < 0 ? undefined : stages.read(length, payloadBytesMax)
  return read && new CompiledLook(stages, read.rows, read.traces)
}

export class CompiledLook {
  readonly table: ArrivalTable
  /** Of each trace: the row of its execution if it is simple, else -1; whether it has a root; when it came first. */
  readonly roots: Int32Array
  readonly hasRoot: Uint8Array
  readonly firstArrivals: BigInt64Array
  /** Ids of all traces, 32 hex digits each, one behind the other. */
  readonly hexIds: string
  private readonly stored: Int32Array
  private readonly gaveExecution: Uint8Array
  private readonly number: number
  private readonly rows: Uint32Array
  private readonly starts: Int32Array
  private readonly ownIds: Int32Array
  /** Of each trace, the record of what failed in it (`assembly/failures.ts`); 0: nothing did. */
  private readonly failures: Int32Array

  constructor(
    private readonly stages: SettleStages,
    rows: number,
    readonly traces: number,
  ) {
    this.number = stages.looks
    this.table = tableOf(stages, rows)
    this.roots = stages.numbers(stages.place('ROOTS'), traces)
    this.hasRoot = stages.bytes(stages.place('HAS_ROOT'), traces)
    const { buffer } = stages.memory
    this.firstArrivals = new BigInt64Array(buffer, stages.place('FIRST_ARRIVALS'), traces)
    this.rows = new Uint32Array(buffer, stages.place('ROWS'), rows)
    this.starts = stages.numbers(stages.place('STARTS'), traces + 1)
    this.ownIds = stages.numbers(stages.place('OWN_IDS'), 2 * traces)
    this.failures = stages.numbers(stages.place('FAILURES'), traces)
    this.stored = stages.numbers(stages.place('STORED'), traces)
    this.gaveExecution = stages.bytes(stages.place('GAVE'), traces)
    this.hexIds = stages.buffer(stages.place('HEX_IDS'), 32 * traces).toString('latin1')
  }

  /**
   * Learns what the database knows of the traces.
   * @param statements ask for it, as `knownTraces` do
   * @returns false if it is left to TypeScript
   */
  async readKnown(client: ClickHouseClient, statements: readonly NativeStatement[]): Promise<boolean> {
    let length = 0
    for (const statement of statements) {
      const read = await readNativeInto(client, statement, this.stages.known.subarray(length))
      if (read < 0) return false
      length += read
    }
    return this.stages.noteKnown(length, this.traces)
  }

  /** What was learnt of it. */
  known(trace: number): KnownTrace {
    return { stored: this.stored[trace]!, gaveExecution: this.gaveExecution[trace] === 1 }
  }

  /** Whether all of its spans are here, and none came before. */
  isWholeAndNew(trace: number): boolean {
    return this.stored[trace] === this.spans(trace) && this.gaveExecution[trace] === 0
  }

  traceId(trace: number): string {
    return this.hexIds.slice(32 * trace, 32 * trace + 32)
  }

  /** Of a simple trace, what its root says; '' for nothing. */
  ownId(trace: number): string {
    const start = this.ownIds[2 * trace]!
    const length = this.ownIds[2 * trace + 1]! - start
    return length === 0 ? '' : this.stages.buffer(start, length).toString()
  }

  spans(trace: number): number {
    return this.starts[trace + 1]! - this.starts[trace]!
  }

  rowsOf(trace: number): Uint32Array {
    return this.rows.subarray(this.starts[trace], this.starts[trace + 1])
  }

  /**
   * Executions of simple traces of one tenant, ready to be written.
   * @param nowMicros version of the rows, microseconds since the epoch
   */
  blocks(tenant: string, traces: readonly number[], nowMicros: bigint): ExecutionBlock[] {
    if (this.number !== this.stages.looks) throw new Error('the compiled stages have read something else meanwhile')
    for (const trace of traces) {
      const failure = this.failures[trace]!
      if (failure !== 0) this.stages.errors.tell(this.table, failure)
    }
    const made: ExecutionBlock[] = []
    for (const [day, ofDay] of this.byDay(traces)) {
      this.stages.numbers(this.stages.place('CHOSEN'), ofDay.length).set(ofDay)
      for (let first = 0; first < ofDay.length; ) {
        const rows = this.stages.run.writeExecutions(first, ofDay.length)
        made.push(executionBlock(this.stages, { tenant, day, rows, nowMicros }))
        first += rows
      }
    }
    return made
  }

  /** By the partitions of `executions`. */
  private byDay(traces: readonly number[]): ReadonlyMap<bigint, readonly number[]> {
    const days = new Map<bigint, number[]>()
    for (const trace of traces) {
      const day = this.table.startedAt.at(this.roots[trace]!) / (1000n * MICROS_PER_DAY)
      const others = days.get(day)
      if (others) others.push(trace)
      else days.set(day, [trace])
    }
    return days
  }
}

function tableOf(stages: SettleStages, rows: number): ArrivalTable {
  const { buffer } = stages.memory
  const times = (name: string) => new TimeColumn(buffer, stages.place(name), rows)
  const numbers = (name: string, count: number) => new Uint32Array(buffer, stages.place(name), count * rows)
  const bytes = (name: string) => stages.bytes(stages.place(name), rows)
  const words = (name: string) => new WordColumn(stages.words, numbers(name, 1))
  return new ArrivalTable(stages.buffer(0, buffer.byteLength), {
    rows,
    tenants: words('TENANTS'),
    names: words('NAMES'),
    services: words('SERVICES'),
    labelTexts: words('LABELS'),
    labelWords: stages.labels,
    arrivedAt: times('ARRIVED_AT'),
    traceIds: numbers('TRACE_IDS', 4),
    spanIds: numbers('SPAN_IDS', 2),
    parentIds: numbers('PARENT_IDS', 2),
    startedAt: times('STARTED_AT'),
    endedAt: times('ENDED_AT'),
    receivedAt: times('RECEIVED_AT'),
    roles: bytes('ROLES'),
    statuses: bytes('STATUSES'),
    statusCodes: bytes('STATUS_CODES'),
    kinds: bytes('KINDS'),
    fields: numbers('FIELDS', 2),
    values: numbers('VALUES', 2),
  })
}
