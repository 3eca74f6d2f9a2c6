/** The tape of a request of logs; offsets and ranges as on every tape. */
import { Columns, Tape } from './tape.ts'

const LOG_FIELDS = [
  'scope',
  /** Start of 16 raw bytes, -1 where absent or invalid: the record then belongs to no trace. */
  'traceId',
  /** Start of 8 raw bytes, likewise. */
  'spanId',
  /** Start of the fixed64 in nanoseconds since the epoch: the record's time, else when it was observed; -1 without either. */
  'time',
  /** Start of the fixed64; -1 or a value of 0 where absent. */
  'observedTime',
  'severityNumber',
  'severityTextStart',
  'severityTextEnd',
  'eventNameStart',
  'eventNameEnd',
  /** Row among the attributes that holds the body's value, under no key; -1 without a body. */
  'body',
  'attributes',
  'attributeCount',
  'dropped',
  'flags',
] as const

export type LogColumns = Columns<(typeof LOG_FIELDS)[number]>

/** One request of logs, indexed. A resource or scope is here only with a record. */
export class LogTape extends Tape {
  readonly logs = new Columns(LOG_FIELDS, 256)

  constructor() {
    super(4_096)
  }

  children(): number {
    return 0
  }

  override reset(buffer: Buffer): void {
    super.reset(buffer)
    this.logs.clear()
  }
}
