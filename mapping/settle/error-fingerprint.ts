/** One short hash for all errors that are alike once their variable parts (ids, numbers, quotes, addresses, paths) are taken out. */
import { createHash } from 'node:crypto'

/** Characters of a message that count. */
const MESSAGE_MAX = 2_000

/** What varies between two occurrences of an error → what stands for it, in order. What each repeats is bounded, so hostile text costs no more than its length. */
const VARIABLE: readonly (readonly [RegExp, string])[] = [
  [/\b[a-z][a-z0-9+.-]{1,20}:\/\/[^\s"'`<>]+/gi, '<address>'],
  [/"[^"\n]{0,500}"|(?<!\w)'[^'\n]{0,500}'(?!\w)|`[^`\n]{0,500}`/g, '<value>'],
  [/\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b/gi, '<id>'],
  [/[\w.+-]{1,64}@[\w-]{1,63}\.[\w.-]{2,63}/g, '<address>'],
  [/\b\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?\b/g, '<address>'],
  [/(?:\b[\w-]{1,63}\.){1,8}[a-z]{2,10}:\d+\b|\blocalhost:\d+\b/gi, '<address>'],
  [/(?:\b[A-Za-z]:)?(?:[\\/][\w.@~-]+){2,}[\\/]?/g, '<path>'],
  [/\b0x[0-9a-f]+\b/gi, '<id>'],
  [/\b(?=[a-z_-]{0,64}\d)[\w-]{16,}\b/gi, '<id>'],
  [/\b[0-9a-f]{8,}\b/gi, '<id>'],
  [/\d+(?:[.,]\d+)*/g, '<n>'],
]

/** The message with everything variable replaced, so that two occurrences of a fault read the same. */
export function normaliseMessage(message: string): string {
  let text = message.slice(0, MESSAGE_MAX)
  for (const [pattern, replacement] of VARIABLE) text = text.replace(pattern, replacement)
  return text.replace(/\s+/g, ' ').trim()
}

/** 16 hexadecimal digits; '' where there is no error at all. */
export function errorFingerprint(type: string, message: string, failedStep: string): string {
  if (type === '' && message === '') return ''
  const text = [type, normaliseMessage(message), failedStep].join('\n')
  return createHash('sha256').update(text).digest('hex').slice(0, 16)
}
