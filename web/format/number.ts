/** Counts, rates and changes as text. Pure. */

/** Thousands apart by a thin space that does not break. */
export function formatCount(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, '\u202f')
}

/** A percentage with one decimal: 99.96 is not 100. */
export function formatRate(percent: number | null): string {
  if (percent === null) return '–'
  return `${(Math.floor(percent * 10) / 10).toFixed(1)} %`
}

export interface Change {
  text: string
  direction: 'up' | 'down' | 'same'
  /** Large enough to be called better or worse. */
  isNotable: boolean
}

const NOTABLE_FROM = { '%': 5, pts: 0.5 } as const

/** @param unit `%` for a relative change, `pts` for one of a rate */
export function formatChange(value: number | null, unit: '%' | 'pts'): Change | null {
  if (value === null) return null
  const size = Math.abs(value)
  const rounded = unit === 'pts' || size < 10 ? size.toFixed(1) : formatCount(Math.round(size))
  if (Number(size.toFixed(1)) === 0) return { text: `±0 ${unit}`, direction: 'same', isNotable: false }
  const text = `${value > 0 ? '▲' : '▼'} ${rounded} ${unit}`
  return { text, direction: value > 0 ? 'up' : 'down', isNotable: size >= NOTABLE_FROM[unit] }
}
