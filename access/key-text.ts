/** What a key looks like: a prefix that scanners of source code can know, 192 random bits, and a checksum that tells a typing error from a stranger. */
import { createHash, randomBytes } from 'node:crypto'

const PREFIX = 'rl_'
const RANDOM_BYTES = 24
/** Digits of base 62 that hold so many bytes. */
const RANDOM_DIGITS = 33
const CHECK_BYTES = 4
const CHECK_DIGITS = 6
const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

/** As one writes it in a pattern: `rl_` and 39 letters and digits. */
export const KEY_PATTERN = new RegExp(`^${PREFIX}([0-9A-Za-z]{${RANDOM_DIGITS}})([0-9A-Za-z]{${CHECK_DIGITS}})$`)

/** A key that nobody had before; it is not stored anywhere, so show it to whoever asked. */
export function newKeyText(): string {
  const random = inBase62(randomBytes(RANDOM_BYTES), RANDOM_DIGITS)
  return PREFIX + random + checksum(random)
}

/** Whether a text was once made by {@link newKeyText}, as far as its checksum tells. */
export function isKeyText(text: string): boolean {
  const [, random, check] = KEY_PATTERN.exec(text) ?? []
  return random !== undefined && checksum(random) === check
}

/** What is stored of a key: 64 lower-case hexadecimal digits. A slow hash would protect guessable secrets, and these are not. */
export function hashOfKey(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

/** Names a key in lists: 16 hexadecimal digits that have nothing to do with its text. */
export function newKeyId(): string {
  return randomBytes(8).toString('hex')
}

function checksum(random: string): string {
  const digest = createHash('sha256')
    .update(PREFIX + random)
    .digest()
  return inBase62(digest.subarray(0, CHECK_BYTES), CHECK_DIGITS)
}

function inBase62(bytes: Buffer, digits: number): string {
  let rest = BigInt(`0x${bytes.toString('hex')}`)
  let text = ''
  for (let n = 0; n < digits; n++) {
    text = DIGITS[Number(rest % 62n)] + text
    rest /= 62n
  }
  return text
}
