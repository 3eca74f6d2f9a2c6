/** Rows that come page by page as a file to download: CSV, one JSON array, or JSON Lines. Holds one page at a time. */
import type { StreamedAnswer } from '../routes/route.ts'
import { type Cell, csvLine } from './csv.ts'
import { jsonArray, jsonLines } from './json.ts'

export const EXPORT_FORMATS = ['csv', 'json', 'jsonl'] as const
export type ExportFormat = (typeof EXPORT_FORMATS)[number]

export const EXPORT_TYPES: Readonly<Record<ExportFormat, string>> = {
  csv: 'text/csv; charset=utf-8; header=present',
  json: 'application/json; charset=utf-8',
  jsonl: 'application/x-ndjson; charset=utf-8',
}

export interface Exported<Row> {
  format: ExportFormat
  /** Of the file, without its ending: letters, digits and hyphens. */
  name: string
  /** Of CSV, in order; a column that a row lacks is empty there. */
  columns: readonly (keyof Row & string)[]
  pages: AsyncIterable<readonly Row[]>
}

/** An error among the pages ends the stream, and with it the connection: a half never looks like the whole. */
export function exportAnswer<Row extends object>({ format, name, columns, pages }: Exported<Row>): StreamedAnswer {
  const written = { csv: () => csv(columns, pages), json: () => jsonArray(pages), jsonl: () => jsonLines(pages) }
  return {
    contentType: EXPORT_TYPES[format],
    headers: { 'content-disposition': `attachment; filename="${name}.${format}"` },
    chunks: written[format](),
  }
}

/** The header goes with the first page, so that what fails before is still answered with a problem. */
async function* csv<Row extends object>(
  columns: readonly (keyof Row & string)[],
  pages: AsyncIterable<readonly Row[]>,
): AsyncGenerator<string> {
  let before = csvLine(columns)
  for await (const page of pages) {
    yield before + page.map((row) => csvLine(columns.map((name) => (row[name] ?? null) as Cell))).join('')
    before = ''
  }
  if (before !== '') yield before
}

/** The time of an export as a part of a file's name: `20261120T120000Z`. */
export function timeInName(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d+/, '').replaceAll(/[-:]/g, '')
}
