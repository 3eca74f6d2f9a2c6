/** Tells the compiled stages the class of an error and its fingerprint, which only TypeScript knows: rules and templates are expressions. */
import type { ArrivalTable } from '@runlens/clickhouse'
import { errorClass, errorFingerprint } from '@runlens/mapping'
import { textCell } from '../simple/label-cells.ts'
import type { SettleStages } from './settle-stages.ts'

/** Numbers of a record by their place, and cells by their offset, as in `assembly/failures.ts`. */
const FAILED_STEP = 3
const HAS_ERROR = 4
const TYPE_ROW = 5
const CODE_ROW = 6
const MESSAGE = 7
const NUMBERS = 9
const CLASS_CELL = 48
const FINGERPRINT_CELL = 80

/** @param address of the record of what failed in a trace */
export function tellError(stages: SettleStages, table: ArrivalTable, address: number): void {
  const record = stages.numbers(address, NUMBERS)
  if (record[HAS_ERROR] === 0) return
  const [step, typeRow, codeRow] = [record[FAILED_STEP]!, record[TYPE_ROW]!, record[CODE_ROW]!]
  const type = typeRow < 0 ? '' : table.labelsOf(typeRow).error_type
  const code = codeRow < 0 ? '' : table.labelsOf(codeRow).response_status_code
  const name = step < 0 ? '' : table.labelsOf(step).step_name || table.names.at(step)
  const message = stages.buffer(record[MESSAGE]!, record[MESSAGE + 1]! - record[MESSAGE]!).toString()
  put(stages, address + CLASS_CELL, errorClass(type, message, code))
  put(stages, address + FINGERPRINT_CELL, errorFingerprint(type, message, name))
}

function put(stages: SettleStages, address: number, text: string): void {
  const cell = textCell(text)
  stages.bytes(address, cell.length).set(cell)
}
