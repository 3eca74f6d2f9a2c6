/** Comma-separated values as RFC 4180 has them, in which no cell is a formula to a spreadsheet. */

/** What a cell may hold; what is composed stands there as JSON. */
export type Cell = string | number | boolean | null | object

/** Text that begins with one of these is worked out by spreadsheets when the file is opened. */
const FORMULA = /^[=+\-@\t\r\n]/
const NEEDS_QUOTES = /[",\r\n]/

/** One line with its end. Null is an empty cell; text that starts a formula gets an apostrophe in front. */
export function csvLine(cells: readonly Cell[]): string {
  return `${cells.map(csvCell).join(',')}\r\n`
}

function csvCell(cell: Cell): string {
  if (cell === null) return ''
  if (typeof cell === 'number' || typeof cell === 'boolean') return String(cell)
  const text = typeof cell === 'string' ? cell : JSON.stringify(cell)
  const harmless = FORMULA.test(text) ? `'${text}` : text
  return NEEDS_QUOTES.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless
}
