/** An answer as lines of text: one for each value, under its part, the item that it belongs to and its field. */

export const CSV_HEADER = 'part,item,field,value\r\n'

/** Nested objects and lists become paths: `throughput,series/3,total,17`. */
export function* csvLines(part: string, value: unknown, path: readonly string[] = []): Generator<string> {
  if (Array.isArray(value)) {
    for (const [index, element] of value.entries()) yield* csvLines(part, element, [...path, String(index)])
  } else if (value !== null && typeof value === 'object') {
    for (const [name, inner] of Object.entries(value)) yield* csvLines(part, inner, [...path, name])
  } else {
    const cells = [part, path.slice(0, -1).join('/'), path.at(-1) ?? '', value]
    yield `${cells.map(csvCell).join(',')}\r\n`
  }
}

/** What a spreadsheet takes for the beginning of a formula. */
const FORMULA = /^[=+\-@\t\r]/

/** RFC 4180. A text that would be a formula is told to be text; numbers are numbers. */
export function csvCell(value: unknown): string {
  if (value === null || value === undefined) return ''
  if (typeof value !== 'string') return String(value)
  const text = FORMULA.test(value) ? `'${value}` : value
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
