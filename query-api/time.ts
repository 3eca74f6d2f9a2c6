/** Times as nanoseconds since the epoch (bigint) and as ISO-8601 text in UTC, without losing a digit between them. */

export const NS_PER_MS = 1_000_000n
export const NS_PER_SECOND = 1_000_000_000n
export const NS_PER_HOUR = 3_600n * NS_PER_SECOND
export const NS_PER_DAY = 24n * NS_PER_HOUR

/**
 * Nanoseconds of an ISO-8601 time with offset or `Z`. Digits beyond the ninth are dropped.
 * The text must be valid: parameters are checked by their schema before.
 */
export function parseTime(text: string): bigint {
  const fraction = /\.(\d+)/.exec(text)?.[1] ?? ''
  const wholeSeconds = Date.parse(text.replace(/\.\d+/, ''))
  return BigInt(wholeSeconds) * NS_PER_MS + BigInt(fraction.slice(0, 9).padEnd(9, '0'))
}

/** ISO-8601 with `Z` and 3, 6 or 9 digits of a second: as many as the value needs. */
export function formatTime(ns: bigint): string {
  const seconds = floorDiv(ns, NS_PER_SECOND)
  const rest = String(ns - seconds * NS_PER_SECOND).padStart(9, '0')
  const digits = rest.endsWith('000000') ? 3 : rest.endsWith('000') ? 6 : 9
  return `${new Date(Number(seconds) * 1000).toISOString().slice(0, -5)}.${rest.slice(0, digits)}Z`
}

/** As {@link formatTime} for the text of an Int64 out of ClickHouse; null stays null. */
export function formatTimeText(ns: string): string
export function formatTimeText(ns: string | null): string | null
export function formatTimeText(ns: string | null): string | null {
  return ns === null ? null : formatTime(BigInt(ns))
}

/** Division that rounds towards minus infinity. */
export function floorDiv(value: bigint, by: bigint): bigint {
  const quotient = value / by
  return value % by < 0n ? quotient - 1n : quotient
}

/** Division that rounds towards plus infinity. */
export function ceilDiv(value: bigint, by: bigint): bigint {
  return -floorDiv(-value, by)
}
