/** One short hash for all errors that are alike once their variable parts are taken out: type, template of the message, failed step. */
import { createHash } from 'node:crypto'
import { errorTemplate } from './error-template.ts'

/**
 * A short word of hexadecimal letters and digits: whether it is a name with a number (`c17`) or an id (`c1f7`) nobody can tell from one
 * occurrence, so both count as the same.
 */
const MAYBE_HEX = /(?<![\p{L}\p{N}_-])[a-fA-F]+<n>(?![\p{L}\p{N}_<-])/gu
const PLACEHOLDERS = /<[a-z]+>/g
const LIST = /<\*>(?:, ?<\*>)+/g

/** 16 hexadecimal digits. What kind of value varies does not count: `user 17` and `user 3f2b8c1e` miss the same thing. */
export function errorFingerprint(type: string, message: string, failedStep: string): string {
  const alike = errorTemplate(message).replace(MAYBE_HEX, '<*>').replace(PLACEHOLDERS, '<*>').replace(LIST, '<*>')
  return createHash('sha256').update([type, alike, failedStep].join('\n')).digest('hex').slice(0, 16)
}
