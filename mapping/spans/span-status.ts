/** Reads the emitter's own word for a span's status. */
import { ANY, type TraceTape } from '@runlens/otlp'
import type { AttributeScan } from './attribute-scan.ts'
import { type CompiledProfiles, UNKNOWN_WORD } from './compile.ts'

/** A status in the emitter's words; `status` is 0 where it said none that is known. */
export interface ExplicitStatus {
  /** `STATUS_NUMBER`. */
  status: number
  /** The emitter tells failures and timeouts apart itself. */
  final: boolean
}

const WORD_BYTES_MAX = 32
const folded = new Uint8Array(WORD_BYTES_MAX)
const answer: ExplicitStatus = { status: 0, final: false }

/** The answer is reused by the next call. */
export function statusOf(compiled: CompiledProfiles, tape: TraceTape, scan: AttributeScan): Readonly<ExplicitStatus> {
  answer.status = 0
  answer.final = false
  const row = scan.statusAt
  if (row < 0) return answer
  const { type, valueStart, valueEnd } = tape.attributes.at
  const start = valueStart[row]!
  const length = valueEnd[row]! - start
  if (type[row] !== ANY.string || length > WORD_BYTES_MAX) return answer
  for (let i = 0; i < length; i++) {
    const byte = tape.buffer[start + i]!
    folded[i] = byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte
  }
  const word = compiled.statusWords.find(folded, 0, length)
  if (word < 0) return answer
  const status = compiled.statuses[scan.statusSource]![word]!
  if (status === UNKNOWN_WORD) return answer
  answer.status = status
  answer.final = compiled.statusFinal[scan.statusSource] === 1
  return answer
}
