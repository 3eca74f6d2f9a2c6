/** Reads what the database knows of traces, and notes it with those that were grouped. */
import { GAVE, KNOWN, KNOWN_GAVE, KNOWN_IDS, KNOWN_STORED, KNOWN_TENANTS, ROWS_MAX, STORED } from './layout'
import { begin, failed, isAtEnd, readFixed, readWords, varint } from './native'
import { findTrace } from './traces'

const COLUMNS: i32 = 4

/** Of a trace that is not told of nothing is stored. Gives whether it could be read. @param seed the one of {@link groupRows} */
export function noteKnown(length: i32, traces: i32, seed: u64): bool {
  memory.fill(STORED, 0, traces << 2)
  memory.fill(GAVE, 0, traces)
  begin(KNOWN, length)
  while (!isAtEnd()) {
    const columns = varint()
    const rows = varint()
    if (failed || columns !== COLUMNS || rows > ROWS_MAX) return false
    readWords(KNOWN_TENANTS, rows)
    readFixed(KNOWN_IDS, 16, rows)
    readFixed(KNOWN_STORED, 4, rows)
    readFixed(KNOWN_GAVE, 1, rows)
    if (failed) return false
    for (let row = 0; row < rows; row++) {
      // Another tenant may have a trace of the same id.
      const t = findTrace(KNOWN_IDS + (row << 4), load<u32>(KNOWN_TENANTS + (row << 2)), seed)
      if (t < 0) continue
      store<i32>(STORED + (t << 2), load<i32>(KNOWN_STORED + (row << 2)))
      store<u8>(GAVE + t, load<u8>(KNOWN_GAVE + row))
    }
  }
  return true
}
