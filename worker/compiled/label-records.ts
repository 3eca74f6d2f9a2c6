/** Writes what labels say into the memory of the compiled stages: numbers and cells, where `assembly/label-records.ts` looks for them. */
import { type ArrivalTable, ByteWriter } from '@runlens/clickhouse'
import { isNamelessError } from '@runlens/mapping'
import { cellsOf, textCell } from '../simple/label-cells.ts'

type Labels = ArrivalTable['labelWords'][number]

/** Labels with more bytes of cells or keys are left to TypeScript, as what the compiled stages have room for is reckoned by it. */
const CELL_BYTES_MAX = 4096
const KEY_BYTES_MAX = 65_536
/** Numbers, then cells of texts. */
const NUMBERS = 16
const CELLS = 13
const RECORD_NUMBERS = NUMBERS + 2 * CELLS
const ATTEMPTS_MAX = 0xffff

/**
 * @param address of the first byte, a multiple of 4
 * @returns a record, then its cells: bytes for that address
 */
export function labelRecord(labels: Labels, address: number): Buffer {
  const made = cellsOf(labels)
  const cells = [
    ...made.texts,
    made.databaseType,
    made.responseStatusCode,
    made.stepName ?? EMPTY,
    made.stepType,
    textCell(labels.error_type),
  ]
  const keys = made.inOrder ? made.keys.map((key) => key ?? EMPTY) : []
  const { attempt } = labels
  const isLeft =
    bytesOf(cells) > CELL_BYTES_MAX ||
    bytesOf(keys) > KEY_BYTES_MAX ||
    !Number.isInteger(attempt) ||
    attempt < 0 ||
    attempt > ATTEMPTS_MAX
  const record = new Int32Array(RECORD_NUMBERS + 2 * keys.length)
  const hasNoPayload = labels.input_key === '' && labels.output_key === '' && !labels.attribute_keys.includes('')
  record.set([
    Number(labels.marker !== ''),
    labels.rule,
    Number(labels.status_explicit === 1),
    Number(made.isQueryItself),
    Number(made.isQuery),
    Math.max(1, attempt),
    attempt,
    Number(!isNamelessError(labels.error_type)),
    made.inOrder ? keys.length : -1,
    address + RECORD_NUMBERS * 4,
    made.input,
    made.output,
    Number(hasNoPayload),
    made.keysTold,
    Number(isLeft),
    Number(made.stepName !== undefined),
  ])
  const bytes = new ByteWriter()
  const start = address + record.byteLength
  ;[...cells, ...keys].forEach((cell, n) => {
    // Cells of keys stand right behind those of texts, as their pairs do.
    record.set([start + bytes.length, cell.length], NUMBERS + 2 * n)
    if (!isLeft) bytes.raw(cell)
  })
  return Buffer.concat([Buffer.from(record.buffer), bytes.between(0, bytes.length)])
}

const EMPTY = Buffer.alloc(0)

function bytesOf(cells: readonly Buffer[]): number {
  return cells.reduce((sum, { length }) => sum + length, 0)
}
