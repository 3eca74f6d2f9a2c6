/** Numbers as JSON may write them, read exactly. */

/** Characters of a number: more than the longest exact decimal of a double has. */
export const NUMBER_LENGTH_MAX = 1_100

/** Largest exponent that an integer of 64 bits can be written with, and generous. */
const EXPONENT_MAX = 64

/**
 * The integer that a JSON number or the content of a JSON string stands for, exact at any size: `7`, `-7`, `7.0`, `7e3`.
 * Undefined for anything that is not an integer.
 */
export function parseInteger(text: string): bigint | undefined {
  if (/^-?\d{1,40}$/.test(text)) return BigInt(text)
  const match = /^(-?)(\d{1,40})(?:\.(\d{1,40}))?(?:[eE]([-+]?\d{1,4}))?$/.exec(text)
  if (!match) return undefined
  const [, sign, whole = '', fraction = '', exponent = '0'] = match
  const shift = Number(exponent) - fraction.length
  if (Math.abs(shift) > EXPONENT_MAX) return undefined
  const digits = BigInt(whole + fraction)
  const scale = 10n ** BigInt(Math.abs(shift))
  if (shift < 0 && digits % scale !== 0n) return undefined
  const magnitude = shift < 0 ? digits / scale : digits * scale
  return sign === '-' ? -magnitude : magnitude
}

/**
 * The double that a JSON number or the content of a JSON string stands for: a number, `NaN`, `Infinity` or `-Infinity`.
 * Undefined for anything else, and for numbers that are too large.
 */
export function parseDouble(text: string): number | undefined {
  if (text === 'NaN' || text === 'Infinity' || text === '-Infinity') return Number(text)
  if (text.length > NUMBER_LENGTH_MAX || !/^-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?$/.test(text)) return undefined
  const value = Number(text)
  return Number.isFinite(value) ? value : undefined
}
