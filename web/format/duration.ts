/** Durations as a reader compares them: three significant digits and a unit. Pure. */

const SECOND = 1_000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

export function formatDuration(ms: number | null): string {
  if (ms === null) return '–'
  const sign = ms < 0 ? '−' : ''
  return sign + formatLength(Math.abs(ms))
}

function formatLength(ms: number): string {
  if (ms === 0) return '0 ms'
  if (ms < 0.9995) return `${Math.max(1, Math.round(ms * 1000))} µs`
  if (ms < 999.5) return `${digits(ms)} ms`
  if (ms < MINUTE - 50) return `${digits(ms / SECOND)} s`
  if (ms < HOUR - 500) return pair(ms, MINUTE, 'm', SECOND, 's')
  if (ms < DAY - MINUTE / 2) return pair(ms, HOUR, 'h', MINUTE, 'm')
  return pair(ms, DAY, 'd', HOUR, 'h')
}

function digits(value: number): string {
  if (value < 9.995) return value.toFixed(2)
  return value < 99.95 ? value.toFixed(1) : value.toFixed(0)
}

function pair(ms: number, large: number, largeUnit: string, small: number, smallUnit: string): string {
  const smalls = Math.round(ms / small)
  const per = large / small
  return `${Math.floor(smalls / per)} ${largeUnit} ${String(smalls % per).padStart(2, '0')} ${smallUnit}`
}
