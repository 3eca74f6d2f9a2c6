/** Lists of words from the model's closed vocabularies, as they stand in SQL. */
import { FAILURE_STATUSES } from '@runlens/conventions'

/** `('a', 'b')`. Only for the model's own words, which hold no quotes: nobody's text comes into SQL. */
export function wordList(words: readonly string[]): string {
  return `(${words.map((word) => `'${word}'`).join(', ')})`
}

/** The statuses that count as failures. */
export const FAILURES = wordList(FAILURE_STATUSES)
