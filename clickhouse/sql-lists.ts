/** Lists as they stand in SQL: of words from the model's closed vocabularies, and of many trace ids. */
import { FAILURE_STATUSES } from '@runlens/conventions'

/** `('a', 'b')`. Only for the model's own words, which hold no quotes: nobody's text comes into SQL. */
export function wordList(words: readonly string[]): string {
  return `(${words.map((word) => `'${word}'`).join(', ')})`
}

/** The statuses that count as failures. */
export const FAILURES = wordList(FAILURE_STATUSES)

/**
 * A query of trace ids that stand behind each other in one text: it is read faster than a list of them.
 * @param hex the text as an expression, 32 hex digits for each id
 * @param count how many there are, as an expression of the type UInt32
 */
export function traceIdsOf(hex: string, count: string): string {
  return `SELECT toFixedString(substring(ids, n * 16 + 1, 16), 16)
  FROM (SELECT unhex(${hex}) AS ids, arrayJoin(range(${count})) AS n)`
}
