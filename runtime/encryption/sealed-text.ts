/**
 * The form of an encrypted text, `enc:v1:<key id>:<base64url>`: letters, digits, dashes and underscores, so that it stands in JSON, in SQL and in a
 * list of words as it is; and what is shown in place of one that can't be opened. Knows no key.
 */

/** Every encrypted text begins so. */
export const SEALED_MARK = 'enc:v1:'

/** Names of keys. */
export const KEY_ID = /^[A-Za-z0-9_-]{1,32}$/

const WHOLE = /^enc:v1:([A-Za-z0-9_-]{1,32}):([A-Za-z0-9_-]*)$/
/** Inside of other text it must have at least a salt and a tag, so that a text that only speaks of the form is left alone. */
const INSIDE = /enc:v1:([A-Za-z0-9_-]{1,32}):([A-Za-z0-9_-]{43,})/g

export interface SealedText {
  keyId: string
  /** Salt, then chunks. */
  bytes: Buffer
}

export function writeSealed(keyId: string, bytes: Buffer): string {
  return `${SEALED_MARK}${keyId}:${bytes.toString('base64url')}`
}

/** @returns undefined where `text` is no encrypted text; one that was cut is */
export function readSealed(text: string): SealedText | undefined {
  const [, keyId, base64] = WHOLE.exec(text) ?? []
  return keyId === undefined ? undefined : { keyId, bytes: Buffer.from(base64!, 'base64url') }
}

/** Puts something else in the place of each encrypted text of `text`, which may be one itself. */
export function replaceSealed(text: string, replaced: (sealed: SealedText) => string): string {
  if (!text.includes(SEALED_MARK)) return text
  const whole = readSealed(text)
  if (whole) return replaced(whole)
  return text.replace(INSIDE, (_, keyId: string, base64: string) =>
    replaced({ keyId, bytes: Buffer.from(base64, 'base64url') }),
  )
}

const PLACEHOLDER = /^\[encrypted with key "[^"]*", which (?:this server does not have|does not open it)\]$/

export function placeholderOf(keyId: string, why: 'unknown_key' | 'refused'): string {
  const what = why === 'unknown_key' ? 'this server does not have' : 'does not open it'
  return `[encrypted with key "${keyId}", which ${what}]`
}

/** Whether a text stands in the place of one that could not be opened, so that nobody writes it back. */
export function isPlaceholder(text: string): boolean {
  return PLACEHOLDER.test(text)
}
