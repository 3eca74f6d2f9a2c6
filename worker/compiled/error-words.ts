/** Tells the compiled stages the class of an error and its fingerprint, which only TypeScript knows: rules and templates are expressions. */
import type { ArrivalTable } from '@runlens/clickhouse'
import { errorClass, errorFingerprint } from '@runlens/mapping'
import type { CompiledModule } from '@runlens/runtime'
import { textCell } from '../simple/label-cells.ts'

/** Numbers of a record by their place, and cells by their offset, as in `assembly/failures.ts`. */
const FAILED_STEP = 3
const HAS_ERROR = 4
const TYPE_ROW = 5
const CODE_ROW = 6
const MESSAGE = 7
const NUMBERS = 9
const CLASS_CELL = 48
const FINGERPRINT_CELL = 80

/** Errors that are known; what is longer is not. Together they take some megabytes at most. */
const KNOWN_MAX = 2_048
const KNOWN_CHARACTERS_MAX = 512

interface Words {
  class: Buffer
  fingerprint: Buffer
}

/** Where much fails, most of it says the same: such errors are read once. */
export class ErrorWords {
  private readonly known = new Map<string, Words>()

  constructor(private readonly module: CompiledModule<unknown>) {}

  /** @param address of the record of what failed in a trace */
  tell(table: ArrivalTable, address: number): void {
    const { module } = this
    const record = module.numbers(address, NUMBERS)
    if (record[HAS_ERROR] === 0) return
    const [step, typeRow, codeRow] = [record[FAILED_STEP]!, record[TYPE_ROW]!, record[CODE_ROW]!]
    const type = typeRow < 0 ? '' : table.labelsOf(typeRow).error_type
    const code = codeRow < 0 ? '' : table.labelsOf(codeRow).response_status_code
    const name = step < 0 ? '' : table.labelsOf(step).step_name || table.names.at(step)
    const message = module.buffer(record[MESSAGE]!, record[MESSAGE + 1]! - record[MESSAGE]!).toString()
    const words = this.wordsOf(type, message, code, name)
    module.bytes(address + CLASS_CELL, words.class.length).set(words.class)
    module.bytes(address + FINGERPRINT_CELL, words.fingerprint.length).set(words.fingerprint)
  }

  private wordsOf(type: string, message: string, code: string, step: string): Words {
    // Lengths tell where each ends, whatever they say.
    const key = `${type.length},${code.length},${step.length},${type}${code}${step}${message}`
    const known = this.known.get(key)
    if (known) return known
    const words = {
      class: textCell(errorClass(type, message, code)),
      fingerprint: textCell(errorFingerprint(type, message, step)),
    }
    if (this.known.size === KNOWN_MAX) this.known.clear()
    if (key.length <= KNOWN_CHARACTERS_MAX) this.known.set(key, words)
    return words
  }
}
