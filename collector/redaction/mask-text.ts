/**
 * Masks secrets inside of a text, in place: every byte of one becomes `*`, so that nothing moves. In one pass over the bytes; what is looked
 * at twice is bounded.
 *
 * Found are passwords in URLs, values under secret names (JSON, query strings, connection strings, headers, assignments), header values
 * (`Bearer …`), tokens that are known by their form, private keys, and passwords in SQL.
 */
import { isSecretBefore } from './decided-names.ts'

const STAR = 0x2a
const ZERO = 0x30
const NINE = 0x39
const QUOTE = 0x22
const APOSTROPHE = 0x27
const BACKSLASH = 0x5c
const COLON = 0x3a
const EQUALS = 0x3d
const SLASH = 0x2f
const AT = 0x40
const SPACE = 0x20

/** What a byte may mean. */
export const WORD = 0
const SEPARATOR = 1
const OTHER = 2
export const MEANING = Uint8Array.from({ length: 256 }, (_, code) => {
  if (code === COLON || code === EQUALS) return SEPARATOR
  return code >= 0x80 || /[A-Za-z0-9_]/.test(String.fromCharCode(code)) ? WORD : OTHER
})

/** The first and the second byte of a form that {@link maskToken} knows. */
const isFirst = table((byte) => /[eAgsrxBbpPiI-]/.test(byte))
const isSecond = table((byte) => /[yKShilkoaeEAdD-]/.test(byte))
const isNumberByte = table((byte) => /[0-9.-]/.test(byte))
const isTokenByte = table((byte) => /[A-Za-z0-9._~+/=-]/.test(byte))
/** Ends a value that stands in no quotes. */
const isEnd = table((byte) => /[\s&;,"'`}\])<>|]/.test(byte) || byte < ' ')
/** In no text, but between texts in binary messages. */
const isControl = table((byte) => byte < ' ' && !/\s/.test(byte))

/** Longest user name and password of a URL. */
const USERINFO_BYTES_MAX = 256

/** Tokens that are known by their form: how they begin, and what follows at least. */
const TOKENS: readonly { begins: Buffer; atLeast: number; bytes: Uint8Array }[] = (
  [
    ['AKIA', 16],
    ['ASIA', 16],
    ['ghp_', 20],
    ['gho_', 20],
    ['ghu_', 20],
    ['ghs_', 20],
    ['github_pat_', 20],
    ['glpat-', 16],
    ['sk-', 20],
    ['sk_live_', 16],
    ['sk_test_', 16],
    ['rk_live_', 16],
    ['rl_', 20],
    ['xoxb-', 10],
    ['xoxp-', 10],
    ['xapp-', 10],
  ] as const
).map(([begins, atLeast]) => ({
  begins: Buffer.from(begins),
  atLeast,
  bytes: table((byte) => /[A-Za-z0-9_-]/.test(byte)),
}))

/** How everything begins that {@link maskToken} knows, and whether the case of its letters matters. */
export const TOKEN_BEGINNINGS: readonly { begins: string; anyCase: boolean }[] = [
  ...['eyJ', '-----BEGIN ', ...TOKENS.map(({ begins }) => begins.toString('latin1'))].map((begins) => ({
    begins,
    anyCase: false,
  })),
  ...['bearer ', 'basic ', 'password ', 'identified '].map((begins) => ({ begins, anyCase: true })),
]

/** Masks the secrets in `[start, end)`. @returns how many there were */
export function maskText(bytes: Buffer, start: number, end: number): number {
  let masked = 0
  let at = start
  // A token may begin here, and behind each byte that belongs to no word.
  if (mayBeginToken(bytes, start)) {
    const behind = maskToken(bytes, start, end)
    if (behind > 0) {
      masked++
      at = behind
    }
  }
  for (; at < end; at++) {
    const meaning = MEANING[bytes[at]!]!
    if (meaning === WORD) continue
    let behind = meaning === SEPARATOR ? maskBehind(bytes, start, at, end) : -1
    if (behind < 0 && mayBeginToken(bytes, at + 1)) behind = maskToken(bytes, at + 1, end)
    if (behind < 0) continue
    masked++
    at = behind - 1
  }
  return masked
}

function mayBeginToken(bytes: Buffer, at: number): boolean {
  return isFirst[bytes[at]!] === 1 && isSecond[bytes[at + 1]!] === 1
}

/** Masks a whole value, whatever it is. */
export function maskAll(bytes: Buffer, start: number, end: number): void {
  bytes.fill(STAR, start, end)
}

/** Behind a `:` or `=`. @returns where to go on, -1 when there was no secret */
function maskBehind(bytes: Buffer, start: number, at: number, end: number): number {
  if (bytes[at] === COLON && bytes[at + 1] === SLASH && bytes[at + 2] === SLASH) return maskUserinfo(bytes, at + 3, end)
  return isSecretBefore(bytes, start, at) ? maskValue(bytes, at + 1, end) : -1
}

/** `user:password@host`: the password. */
function maskUserinfo(bytes: Buffer, start: number, end: number): number {
  const limit = Math.min(end, start + USERINFO_BYTES_MAX)
  let colon = -1
  let sign = -1
  for (let at = start; at < limit; at++) {
    const byte = bytes[at]!
    // Passwords that are not encoded may hold anything but what ends a URL.
    if (byte <= SPACE || byte === QUOTE || byte === APOSTROPHE || byte === 0x3c || byte === 0x3e) break
    if (byte === SLASH && (sign >= 0 || colon < 0 || isNumber(bytes, colon + 1, at))) break
    if (byte === COLON && colon < 0) colon = at
    if (byte === AT) sign = at
  }
  if (colon < 0 || sign <= colon + 1) return -1
  maskAll(bytes, colon + 1, sign)
  return sign
}

/** The value that follows: in quotes, a number, a list or object of such, or a word. */
function maskValue(bytes: Buffer, start: number, end: number): number {
  let at = start
  while (at < end && (bytes[at] === SPACE || bytes[at] === EQUALS)) at++
  if (at === end) return -1
  const first = bytes[at]
  if (first === 0x7b || first === 0x5b) return maskLeaves(bytes, at, end)
  const opening = at
  while (at < end && bytes[at] === BACKSLASH) at++
  if (at < end && (bytes[at] === QUOTE || bytes[at] === APOSTROPHE)) return maskQuoted(bytes, at, at - opening, end)
  return maskWord(bytes, opening, end)
}

/** @param escapes backslashes before the opening quote: as many stand before the closing one, in a text within a text */
function maskQuoted(bytes: Buffer, quote: number, escapes: number, end: number): number {
  const start = quote + 1
  let at = start
  for (; at < end; at++) {
    if (isControl[bytes[at]!] === 1) break
    if (bytes[at] !== bytes[quote]) continue
    let before = 0
    while (at - before > start && bytes[at - before - 1] === BACKSLASH) before++
    if (before <= escapes) {
      maskAll(bytes, start, at - before)
      return at + 1
    }
  }
  maskAll(bytes, start, at)
  return at
}

const LITERALS = ['null', 'true', 'false', 'undefined', 'None'].map((word) => Buffer.from(word))

/** Up to what ends it. `Bearer abc`, `Basic abc`: both words. */
function maskWord(bytes: Buffer, start: number, end: number): number {
  if (LITERALS.some((word) => bytes.compare(word, 0, word.length, start, Math.min(end, start + word.length)) === 0))
    return -1
  let at = start
  while (at < end && isEnd[bytes[at]!] === 0) at++
  const length = at - start
  const isScheme =
    at < end &&
    bytes[at] === SPACE &&
    length >= 5 &&
    length <= 8 &&
    /^(?:bearer|basic|digest|token|apikey)$/i.test(text(bytes, start, at))
  if (isScheme) {
    at++
    while (at < end && isEnd[bytes[at]!] === 0) at++
  }
  if (at === start) return -1
  maskNumberOrAll(bytes, start, at)
  return at
}

/** A number stays one, so that JSON stays JSON: its digits become nines. */
function maskNumberOrAll(bytes: Buffer, start: number, end: number): void {
  if (isNumber(bytes, start, end)) maskDigits(bytes, start, end)
  else maskAll(bytes, start, end)
}

function isNumber(bytes: Buffer, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (isNumberByte[bytes[at]!] === 0) return false
  return end > start
}

function maskDigits(bytes: Buffer, start: number, end: number): void {
  for (let at = start; at < end; at++) if (bytes[at]! >= ZERO && bytes[at]! <= NINE) bytes[at] = NINE
}

/** Every text and number in an object or a list, names left out. */
function maskLeaves(bytes: Buffer, start: number, end: number): number {
  let depth = 0
  let at = start
  while (at < end) {
    const byte = bytes[at]!
    if (byte === 0x7b || byte === 0x5b) depth++
    if ((byte === 0x7d || byte === 0x5d) && --depth === 0) return at + 1
    if (byte === QUOTE) {
      const close = closingQuote(bytes, at, end)
      if (!isNameBefore(bytes, close + 1, end)) maskAll(bytes, at + 1, close)
      at = close + 1
    } else {
      if (byte >= ZERO && byte <= NINE) bytes[at] = NINE
      at++
    }
  }
  return end
}

function closingQuote(bytes: Buffer, quote: number, end: number): number {
  let at = quote + 1
  while (at < end && bytes[at] !== QUOTE) at += bytes[at] === BACKSLASH ? 2 : 1
  return Math.min(at, end)
}

function isNameBefore(bytes: Buffer, start: number, end: number): boolean {
  let at = start
  while (at < end && bytes[at]! <= SPACE) at++
  return at < end && bytes[at] === COLON
}

/** What is known by its form, at the beginning of a word. */
function maskToken(bytes: Buffer, at: number, end: number): number {
  switch (bytes[at]) {
    case 0x65:
      return maskJsonWebToken(bytes, at, end)
    case 0x42:
    case 0x62:
      return maskScheme(bytes, at, end)
    case 0x2d:
      return maskPrivateKey(bytes, at, end)
    case 0x70:
    case 0x50:
    case 0x69:
    case 0x49:
      return maskSqlPassword(bytes, at, end)
    default:
      return maskKnownToken(bytes, at, end)
  }
}

function maskKnownToken(bytes: Buffer, at: number, end: number): number {
  for (const { begins, atLeast, bytes: belongs } of TOKENS) {
    if (bytes[at + 1] !== begins[1] || !startsWith(bytes, at, end, begins)) continue
    const close = runOf(belongs, bytes, at + begins.length, end)
    if (close - at - begins.length < atLeast) continue
    maskAll(bytes, at + begins.length, close)
    return close
  }
  return -1
}

const JWT = Buffer.from('eyJ')
const isBase64Url = table((byte) => /[A-Za-z0-9_-]/.test(byte))

/** Three parts in base64url, the first a JSON object (RFC 7519). */
function maskJsonWebToken(bytes: Buffer, at: number, end: number): number {
  if (!startsWith(bytes, at, end, JWT)) return -1
  const header = runOf(isBase64Url, bytes, at, end)
  if (header - at < 10 || header === end || bytes[header] !== 0x2e) return -1
  const payload = runOf(isBase64Url, bytes, header + 1, end)
  if (payload - header < 4) return -1
  const close = payload < end && bytes[payload] === 0x2e ? runOf(isBase64Url, bytes, payload + 1, end) : payload
  maskAll(bytes, at, close)
  return close
}

/** `Bearer …`, `Basic …` as header values have them. */
function maskScheme(bytes: Buffer, at: number, end: number): number {
  const isBearer = isWordAt(bytes, at, end, 'bearer ')
  if (!isBearer && !isWordAt(bytes, at, end, 'basic ')) return -1
  const token = at + (isBearer ? 7 : 6)
  const close = runOf(isTokenByte, bytes, token, end)
  // A word of prose has no digits and no capitals inside.
  if (close - token < 8 || (!isBearer && !/[0-9=+/]|.[A-Z]/.test(text(bytes, token, close)))) return -1
  maskAll(bytes, token, close)
  return close
}

const BEGIN_KEY = Buffer.from('-----BEGIN ')
const END_KEY = '-----END '

/** PEM (RFC 7468): everything between the lines that frame a private key. */
function maskPrivateKey(bytes: Buffer, at: number, end: number): number {
  if (!startsWith(bytes, at, end, BEGIN_KEY)) return -1
  const label = text(bytes, at, Math.min(end, at + 64))
  const head = label.indexOf('PRIVATE KEY-----')
  if (head < 0) return -1
  const body = at + head + 'PRIVATE KEY-----'.length
  const length = bytes.subarray(body, end).indexOf(END_KEY, 0, 'latin1')
  const until = length < 0 ? end : body + length
  maskAll(bytes, body, until)
  return until
}

/** `PASSWORD '…'`, `IDENTIFIED BY '…'`, `IDENTIFIED WITH method BY '…'`. */
function maskSqlPassword(bytes: Buffer, at: number, end: number): number {
  if (!isWordAt(bytes, at, end, 'password ') && !isWordAt(bytes, at, end, 'identified ')) return -1
  const clause = text(bytes, at, Math.min(end, at + 96))
  const before = /^(?:password|identified(?: with \w+)? by)\s+'/i.exec(clause)?.[0]
  return before === undefined ? -1 : maskQuoted(bytes, at + before.length - 1, 0, end)
}

function text(bytes: Buffer, start: number, end: number): string {
  return bytes.toString('latin1', start, end)
}

function startsWith(bytes: Buffer, at: number, end: number, begins: Buffer): boolean {
  if (at + begins.length > end) return false
  for (let i = 0; i < begins.length; i++) if (bytes[at + i] !== begins[i]) return false
  return true
}

/** @param word in lower case */
function isWordAt(bytes: Buffer, at: number, end: number, word: string): boolean {
  if (at + word.length > end) return false
  for (let i = 0; i < word.length; i++) if ((bytes[at + i]! | SPACE) !== word.charCodeAt(i)) return false
  return true
}

function runOf(belongs: Uint8Array, bytes: Buffer, start: number, end: number): number {
  let at = start
  while (at < end && belongs[bytes[at]!] === 1) at++
  return at
}

function table(belongs: (byte: string) => boolean): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, code) => (belongs(String.fromCharCode(code)) ? 1 : 0))
}
