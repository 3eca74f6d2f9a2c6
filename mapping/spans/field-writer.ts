/** Writes one span's columns from what its attributes, name and status say. */
import { EXECUTION_KINDS, ROLE_NUMBER, STATUS_NUMBER, STEP_TYPES } from '@runlens/conventions'
import { ANY, type TraceTape } from '@runlens/otlp'
import type { AttributeScan } from './attribute-scan.ts'
import { BytesTable, startsWithBytes } from './bytes-table.ts'
import { type CompiledProfiles, FIELD } from './compile.ts'
import { ErrorWriter } from './error-writer.ts'
import { NUMERIC_MARKS, PLAIN, PLAIN_MARKS } from './field-marks.ts'
import { JoinedTexts } from './joined-texts.ts'
import type { MappedColumns } from './mapped-columns.ts'
import { NO_TEXT, type TextColumn, type TextField } from './mapped-spans.ts'
import type { Outcome } from './role-rules.ts'
import { countOf, nanosOf, numberOf, textOf } from './scalar-values.ts'
import { statusOf } from './span-status.ts'

const BACKSLASH = 0x5c
const SERVER = 2
const CONSUMER = 5
const ATTEMPT_MAX = 65_535

/** What a writer needs of its profiles; texts are references. */
export interface WriterConstants {
  /** Bits of the profiles that know operation words. */
  prefixed: number
  kinds: BytesTable
  stepTypes: BytesTable
  /** By the profile's bit. */
  providers: readonly number[]
  /** By value. */
  smallInts: readonly number[]
  http: number
  queue: number
  defaultEnvironment: number
}

export class FieldWriter {
  private readonly compiled: CompiledProfiles
  private readonly out: MappedColumns
  private readonly text: Record<TextField, TextColumn>
  private readonly errors: ErrorWriter
  private readonly joined: JoinedTexts
  /** Columns of {@link PLAIN} and their fields' indexes, side by side. */
  private readonly plainColumns: TextColumn[]
  private readonly plainFields = Int32Array.from(PLAIN, (field) => FIELD[field])
  /** What is the same for all requests. */
  readonly constants: WriterConstants
  /** Instance of the current resource's spans. */
  instanceStart = NO_TEXT
  instanceEnd = 0

  constructor(compiled: CompiledProfiles, out: MappedColumns) {
    this.compiled = compiled
    this.out = out
    this.text = out.text
    this.errors = new ErrorWriter(out)
    this.joined = new JoinedTexts((text) => out.made(text))
    this.plainColumns = PLAIN.map((field) => out.text[field])
    this.constants = {
      prefixed: compiled.profiles.reduce((mask, { bit, prefixes }) => (prefixes.length > 0 ? mask | bit : mask), 0),
      kinds: new BytesTable(EXECUTION_KINDS),
      stepTypes: new BytesTable(STEP_TYPES),
      providers: compiled.profiles.map((profile) => out.constant(profile.source.provider)),
      smallInts: Array.from({ length: 600 }, (_, value) => out.constant(String(value))),
      http: out.constant('http'),
      queue: out.constant('queue'),
      defaultEnvironment: out.constant('default'),
    }
  }

  /** Before the first span of a request. */
  begin(): void {
    this.joined.clear()
  }

  /** The instance where nothing else names one: `service.namespace/service.name`. */
  enterResource(tape: TraceTape, scan: AttributeScan): void {
    const name = scan.at[FIELD.service]!
    const namespace = scan.at[FIELD.service_namespace]!
    this.instanceStart = NO_TEXT
    if (name < 0) return
    if (namespace < 0) {
      const { type, valueStart, valueEnd } = tape.attributes.at
      if (type[name] === ANY.string) {
        this.instanceStart = valueStart[name]!
        this.instanceEnd = valueEnd[name]!
      }
      return
    }
    const text = `${textOf(tape, namespace) ?? ''}/${textOf(tape, name) ?? ''}`
    this.instanceStart = this.out.made(Buffer.from(text))
  }

  write(tape: TraceTape, span: number, scan: AttributeScan, outcome: Outcome): void {
    const { out } = this
    out.role[span] = outcome.role
    out.rule[span] = outcome.rule
    for (let rest = scan.found & PLAIN_MARKS; rest !== 0; rest &= rest - 1) {
      const i = 31 - Math.clz32(rest & -rest)
      this.copy(this.plainColumns[i]!, tape, span, scan, this.plainFields[i]!)
    }
    if (!this.copy(this.text.instance, tape, span, scan, FIELD.instance))
      this.put(this.text.instance, span, this.instanceStart, this.instanceEnd)
    if (!this.copy(this.text.environment, tape, span, scan, FIELD.environment))
      this.put(this.text.environment, span, this.constants.defaultEnvironment, 0)
    this.put(this.text.provider, span, this.constants.providers[31 - Math.clz32(scan.mask & -scan.mask)] ?? NO_TEXT, 0)
    this.writeKey(this.text.input_key, tape, span, scan.at[FIELD.input_key]!)
    this.writeKey(this.text.output_key, tape, span, scan.at[FIELD.output_key]!)
    const executes = outcome.role >= ROLE_NUMBER.candidate
    this.writeWorkflow(tape, span, scan, executes)
    if (!this.copy(this.text.mode, tape, span, scan, FIELD.mode) && executes) this.writeMode(tape, span)
    if (executes)
      this.writeWord(
        this.text.execution_kind,
        tape,
        span,
        scan.at[FIELD.execution_kind]!,
        this.constants.kinds,
        outcome.kind,
      )
    if (outcome.role >= ROLE_NUMBER.step) this.writeStep(tape, span, scan, outcome)
    if ((scan.found & NUMERIC_MARKS) !== 0) this.writeNumbers(tape, span, scan)
    this.writeStatus(tape, span, scan, outcome.role)
  }

  /** The workflow's name where a stage has left it to be joined; its id is the name if it has none. */
  joinName(tape: TraceTape, span: number, before: number, after: number): void {
    const name = this.joined.join(tape, before, after)
    this.put(this.text.workflow_name, span, name, 0)
    if (this.text.workflow_id.starts[span] === NO_TEXT) this.put(this.text.workflow_id, span, name, 0)
  }

  private put(column: TextColumn, span: number, start: number, end: number): void {
    column.starts[span] = start
    column.ends[span] = end
  }

  /** The attribute's value as the field's text; false where there is none. */
  private copy(column: TextColumn, tape: TraceTape, span: number, scan: AttributeScan, field: number): boolean {
    const row = scan.at[field]!
    if (row < 0) return false
    const { type, valueStart, valueEnd } = tape.attributes.at
    if (scan.jsonStart[field]! >= 0) {
      this.copyJson(column, tape, span, scan.jsonStart[field]!, scan.jsonEnd[field]!)
      return true
    }
    if (type[row] === ANY.string) {
      column.starts[span] = valueStart[row]!
      column.ends[span] = valueEnd[row]!
      return true
    }
    const known = type[row] === ANY.int ? this.constants.smallInts[numberOf(tape, row)] : undefined
    if (known !== undefined) {
      column.starts[span] = known
      return true
    }
    const text = textOf(tape, row)
    if (text === undefined) return false
    column.starts[span] = this.out.made(Buffer.from(text))
    return true
  }

  /** A JSON string without escapes stays where it is; one with escapes is decoded. */
  private copyJson(column: TextColumn, tape: TraceTape, span: number, start: number, end: number): void {
    column.starts[span] = start
    column.ends[span] = end
    let at = start
    while (at < end && tape.buffer[at] !== BACKSLASH) at++
    if (at === end) return
    try {
      const text: unknown = JSON.parse(`"${tape.buffer.toString('utf8', start, end)}"`)
      column.starts[span] = this.out.made(Buffer.from(String(text)))
    } catch {
      // Not JSON after all: the bytes as they are say more than nothing.
    }
  }

  private writeKey(column: TextColumn, tape: TraceTape, span: number, row: number): void {
    if (row >= 0) this.put(column, span, tape.attributes.at.keyStart[row]!, tape.attributes.at.keyEnd[row]!)
  }

  private writeWorkflow(tape: TraceTape, span: number, scan: AttributeScan, executes: boolean): void {
    const name = this.text.workflow_name
    if (this.copy(this.text.workflow_name, tape, span, scan, FIELD.workflow_name)) this.prepend(tape, span, scan)
    else if (executes) this.putName(this.text.workflow_name, tape, span, scan)
    if (!this.copy(this.text.workflow_id, tape, span, scan, FIELD.workflow_id)) {
      this.put(this.text.workflow_id, span, name.starts[span]!, name.ends[span]!)
    }
  }

  /** `GET` before `/orders/:id`, where the source asks for it. */
  private prepend(tape: TraceTape, span: number, scan: AttributeScan): void {
    const after = this.compiled.after[FIELD.workflow_name]![scan.rank[FIELD.workflow_name]!]!
    const row = after < 0 ? -1 : scan.at[after]!
    if (row < 0) return
    const name = scan.at[FIELD.workflow_name]!
    const { type } = tape.attributes.at
    if (type[row] === ANY.string && type[name] === ANY.string) {
      this.put(this.text.workflow_name, span, this.joined.join(tape, row, name), 0)
      return
    }
    const text = `${textOf(tape, row) ?? ''} ${textOf(tape, name) ?? ''}`
    this.put(this.text.workflow_name, span, this.out.made(Buffer.from(text)), 0)
  }

  /** The span's name without the operation word that its profile puts before. */
  private putName(column: TextColumn, tape: TraceTape, span: number, scan: AttributeScan): void {
    const start = tape.spans.at.nameStart[span]!
    const end = tape.spans.at.nameEnd[span]!
    if (start < 0 || start === end) return
    for (let mask = scan.mask & this.constants.prefixed; mask !== 0; mask &= mask - 1) {
      for (const prefix of this.compiled.profiles[31 - Math.clz32(mask & -mask)]!.prefixes) {
        if (end - start > prefix.length && startsWithBytes(prefix, tape.buffer, start, end)) {
          this.put(column, span, start + prefix.length, end)
          return
        }
      }
    }
    this.put(column, span, start, end)
  }

  private writeMode(tape: TraceTape, span: number): void {
    const kind = tape.spans.at.kind[span]!
    if (kind === SERVER) this.put(this.text.mode, span, this.constants.http, 0)
    else if (kind === CONSUMER) this.put(this.text.mode, span, this.constants.queue, 0)
  }

  private writeStep(tape: TraceTape, span: number, scan: AttributeScan, outcome: Outcome): void {
    if (!this.copy(this.text.step_name, tape, span, scan, FIELD.step_name))
      this.putName(this.text.step_name, tape, span, scan)
    this.writeWord(this.text.step_type, tape, span, scan.at[FIELD.step_type]!, this.constants.stepTypes, outcome.type)
  }

  /** A word of a closed vocabulary: the attribute's where it is one, else the rule's. */
  private writeWord(
    column: TextColumn,
    tape: TraceTape,
    span: number,
    row: number,
    words: BytesTable,
    fallback: number,
  ): void {
    const { type, valueStart, valueEnd } = tape.attributes.at
    if (row >= 0 && type[row] === ANY.string && words.find(tape.buffer, valueStart[row]!, valueEnd[row]!) >= 0) {
      this.put(column, span, valueStart[row]!, valueEnd[row]!)
    } else this.put(column, span, fallback, 0)
  }

  private writeNumbers(tape: TraceTape, span: number, scan: AttributeScan): void {
    const { out } = this
    const attempt = countOf(tape, scan.at[FIELD.attempt]!)
    out.attempt[span] = attempt >= 0 ? Math.min(attempt, ATTEMPT_MAX) : 0
    out.rowsTotal[span] = countOf(tape, scan.at[FIELD.rows_total]!)
    out.rowsReturned[span] = countOf(tape, scan.at[FIELD.rows_returned]!)
    const progress = numberOf(tape, scan.at[FIELD.progress]!)
    out.progress[span] = Number.isFinite(progress) ? progress : Number.NaN
    out.queuedAt[span] = nanosOf(tape, scan.at[FIELD.queued_at]!)
    out.expectedEndAt[span] = nanosOf(tape, scan.at[FIELD.expected_end_at]!)
  }

  private writeStatus(tape: TraceTape, span: number, scan: AttributeScan, role: number): void {
    const { out } = this
    if (role === ROLE_NUMBER.marker) return
    const explicit = statusOf(this.compiled, tape, scan)
    const found = explicit.status || impliedStatus(tape, span, role)
    out.statusExplicit[span] = explicit.status === 0 ? 0 : 1
    out.status[span] = this.errors.write(tape, span, scan, found, explicit)
  }
}

/** What the span's own status says, where no word of the emitter does. */
function impliedStatus(tape: TraceTape, span: number, role: number): number {
  if (tape.spans.at.statusCode[span] === 2) return STATUS_NUMBER.error
  if (role < ROLE_NUMBER.step) return 0
  return hasEnded(tape, span) ? STATUS_NUMBER.success : STATUS_NUMBER.running
}

function hasEnded(tape: TraceTape, span: number): boolean {
  const start = tape.spans.at.endTime[span]!
  if (start < 0) return false
  for (let at = start; at < start + 8; at++) if (tape.buffer[at] !== 0) return true
  return false
}
