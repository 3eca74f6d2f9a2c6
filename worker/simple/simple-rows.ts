/**
 * Rows of `executions` for simple traces, written from columns to bytes: what `settle` and `contentOf` give, at a tenth of the cost. That is
 * a second wording of both; so a property test settles random traces either way and compares every column.
 */
import { type ArrivalTable, ByteWriter, keptValue } from '@runlens/clickhouse'
import { queryDetails, queryText } from '@runlens/mapping'
import { contentHash } from '../settle/content-hash.ts'
import type { NewExecution } from '../settle/settle-traces.ts'
import { type LabelCells, labelCells, SUCCESS, wordCells } from './label-cells.ts'
import { isStep } from './simple-root.ts'

type Fields = ReturnType<ArrivalTable['writtenFieldsOf']>

const NULL = 1
const NOT_NULL = 0

/** The rows of one table. */
export class SimpleRows {
  private readonly out = new ByteWriter()
  private readonly labels: (code: number) => LabelCells
  private readonly names: (row: number) => Buffer
  private readonly services: (row: number) => Buffer
  private readonly tenants: (row: number) => Buffer

  /** @param nowMicros version of the rows, microseconds since the epoch */
  constructor(
    private readonly table: ArrivalTable,
    private readonly nowMicros: bigint,
  ) {
    this.labels = labelCells(table)
    this.names = wordCells(table.names)
    this.services = wordCells(table.services)
    this.tenants = wordCells(table.tenants)
  }

  /**
   * @param rows of one trace that is simple
   * @param root the row of the span that is the execution
   */
  of(rows: Uint32Array, root: number): NewExecution {
    const { table, out } = this
    const fields = table.writtenFieldsOf(root)
    const trace_id = table.traceIdOf(root)
    const execution_id = fields.execution_id || trace_id
    const started_at = table.startedAt.at(root)
    const anchor = started_at / 1000n
    const cells = this.labels(table.labelTexts.codes[root]!)
    const start = out.length
    out.raw(this.tenants(root))
    out.unsigned64(anchor)
    out.text(execution_id)
    out.raw(cells.head)
    out.raw(this.services(root))
    this.content(rows, root, cells, fields)
    this.version(contentHash(out.between(start, out.length)))
    const end = out.length
    const encode = () => out.between(start, end)
    return { trace_id, execution_id, instance: cells.labels.instance, row: { anchor, size: end - start, encode } }
  }

  private content(rows: Uint32Array, root: number, cells: LabelCells, fields: Fields): void {
    const { table, out } = this
    const steps = stepsInOrder(table, rows, root)
    const told = steps.map((row) => table.writtenFieldsOf(row))
    out.text(fields.user_id ?? '')
    out.text(fields.conversation_id ?? '')
    out.raw(cells.databaseType)
    out.text(fields.query ?? '')
    this.times(rows, root, fields)
    // No error of any sort, in five columns.
    for (let n = 0; n < 5; n++) out.byte(0)
    out.raw(cells.responseStatusCode)
    // Neither a failed step nor names of some.
    out.byte(0)
    out.byte(0)
    out.unsigned(steps.length, 4)
    out.unsigned(0, 4)
    this.rowCounts(steps, told, fields)
    out.words(table.traceIds, 4 * root, 4)
    out.words(table.spanIds, 2 * root, 2)
    // Its one segment says nothing else: none, in five columns.
    for (let n = 0; n < 5; n++) out.byte(0)
    this.steps(steps)
    this.queries(cells.isQueryItself ? [] : steps, told)
    out.text(fields.parent_execution_id ?? '')
    out.text(fields.retry_of ?? '')
    out.text(fields.replay_of ?? '')
    out.unsigned(Math.max(1, cells.labels.attempt), 2)
    this.payload(root, cells)
    // No span was left out.
    out.byte(0)
  }

  /** From `queued_at` to `expected_end_at`. */
  private times(rows: Uint32Array, root: number, { queued_at, progress, expected_end_at }: Fields): void {
    const { table, out } = this
    const { startedAt, endedAt } = table
    const queued = queued_at === undefined ? undefined : BigInt(queued_at)
    this.nullableTime(queued)
    out.words(startedAt.words, 2 * root, 2)
    out.byte(NOT_NULL)
    out.words(endedAt.words, 2 * root, 2)
    this.lastTime(rows)
    // No heartbeat.
    out.byte(NULL)
    const duration = startedAt.until(root, endedAt, root)
    this.nullableDouble(duration < 0 ? undefined : duration / 1e6)
    const started = startedAt.at(root)
    this.nullableDouble(queued === undefined || queued > started ? undefined : Number(started - queued) / 1e6)
    out.byte(typeof progress === 'number' ? NOT_NULL : NULL)
    if (typeof progress === 'number') out.float(progress, 4)
    this.nullableTime(expected_end_at === undefined ? undefined : BigInt(expected_end_at))
  }

  /** Latest time that any of the spans names. */
  private lastTime(rows: Uint32Array): void {
    const { startedAt, endedAt } = this.table
    let last = startedAt
    let at = rows[0]!
    for (const row of rows) {
      if (last.until(at, startedAt, row) > 0) [last, at] = [startedAt, row]
      if (last.until(at, endedAt, row) > 0) [last, at] = [endedAt, row]
    }
    this.out.words(last.words, 2 * at, 2)
  }

  /** Rows handled: the execution's own figure, or the sum over all steps. Rows returned: those of the step that ended last. */
  private rowCounts(steps: readonly number[], told: readonly Fields[], fields: Fields): void {
    const { endedAt } = this.table
    let total: number | undefined = fields.rows_total ?? undefined
    let returned: number | undefined = fields.rows_returned ?? undefined
    if (total === undefined) {
      for (const { rows_total, rows_returned } of told) {
        const handled = rows_total ?? rows_returned
        if (handled !== null && handled !== undefined) total = (total ?? 0) + handled
      }
    }
    if (returned === undefined) {
      let last = -1
      for (let n = 0; n < steps.length; n++) {
        if (told[n]!.rows_returned == null) continue
        if (last < 0 || endedAt.until(steps[last]!, endedAt, steps[n]!) >= 0) last = n
      }
      if (last >= 0) returned = told[last]!.rows_returned!
    }
    this.nullableCount(total)
    this.nullableCount(returned)
  }

  private steps(steps: readonly number[]): void {
    const { table, out } = this
    const cellsOf = (row: number) => this.labels(table.labelTexts.codes[row]!)
    out.varint(steps.length)
    for (const row of steps) out.raw(cellsOf(row).stepName ?? this.names(row))
    out.varint(steps.length)
    for (const row of steps) out.raw(cellsOf(row).stepType)
    out.varint(steps.length)
    for (const row of steps) out.byte(table.statuses[row]!)
    out.varint(steps.length)
    for (const row of steps) {
      out.byte(NOT_NULL)
      out.float(Math.max(0, table.startedAt.until(row, table.endedAt, row) / 1e6), 4)
    }
  }

  private queries(steps: readonly number[], told: readonly Fields[]): void {
    const { table, out } = this
    const isQuery = (row: number) => this.labels(table.labelTexts.codes[row]!).isQuery
    let count = 0
    for (const row of steps) if (isQuery(row)) count++
    out.varint(count)
    steps.forEach((row, n) => {
      if (isQuery(row)) this.query(row, told[n]!)
    })
    out.unsigned(count, 4)
  }

  private query(row: number, fields: Fields): void {
    const { table, out } = this
    const { databaseType, labels } = this.labels(table.labelTexts.codes[row]!)
    out.words(table.traceIds, 4 * row, 4)
    out.words(table.spanIds, 2 * row, 2)
    out.words(table.startedAt.words, 2 * row, 2)
    out.words(table.endedAt.words, 2 * row, 2)
    out.raw(databaseType)
    out.byte(table.statuses[row] || SUCCESS)
    out.text(queryText(fields.query ?? ''))
    this.nullableCount(fields.rows_total)
    this.nullableCount(fields.rows_returned)
    const { query_complexity = '', query_page = '', query_page_size = '', error_message = '' } = fields
    const { error_type } = labels
    out.text(queryDetails({ query_complexity, query_page, query_page_size, error_type, error_message }))
  }

  /** Input, output and the other attributes. */
  private payload(root: number, cells: LabelCells): void {
    const { out } = this
    const values = this.table.valuesOf(root)
    out.text(values[cells.input] ?? '')
    out.byte(0)
    out.text(values[cells.output] ?? '')
    out.byte(0)
    if (cells.inOrder && values.length === cells.keys.length) this.attributes(cells, values)
    else this.anyAttributes(root)
  }

  private attributes({ keys, keysTold }: LabelCells, values: readonly string[]): void {
    const { out } = this
    out.varint(keysTold)
    for (let n = 0; n < values.length; n++) {
      const key = keys[n]
      if (key === undefined) continue
      out.raw(key)
      out.text(keptValue(values[n]!))
    }
  }

  /** As `settle` has them, whatever the keys are. */
  private anyAttributes(root: number): void {
    const { attributes } = this.table.payloadOf(root, 0)
    const pairs = Object.entries(attributes)
    this.out.varint(pairs.length)
    for (const [key, value] of pairs) {
      this.out.text(key)
      this.out.text(value)
    }
  }

  /** From `previous_started_at` to the end: the first version of a row. */
  private version(hash: Uint32Array): void {
    const { out } = this
    out.byte(NULL)
    out.byte(0)
    out.words(hash, 0, 2)
    out.unsigned64(this.nowMicros)
    out.unsigned64(this.nowMicros)
    out.byte(0)
    out.byte(0)
  }

  private nullableTime(time: bigint | undefined): void {
    this.out.byte(time === undefined ? NULL : NOT_NULL)
    if (time !== undefined) this.out.unsigned64(time)
  }

  private nullableDouble(value: number | undefined): void {
    this.out.byte(value === undefined ? NULL : NOT_NULL)
    if (value !== undefined) this.out.float(value, 8)
  }

  private nullableCount(value: number | null | undefined): void {
    this.out.byte(value == null ? NULL : NOT_NULL)
    if (value != null) this.out.unsigned64(BigInt(value))
  }
}

/** By start, then span id. */
function stepsInOrder(table: ArrivalTable, rows: Uint32Array, root: number): number[] {
  const { startedAt } = table
  const steps: number[] = []
  for (const row of rows) if (row !== root && isStep(table, row)) steps.push(row)
  return steps.sort((a, b) => startedAt.until(b, startedAt, a) || (table.spanIdOf(a) < table.spanIdOf(b) ? -1 : 1))
}
