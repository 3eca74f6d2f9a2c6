/** Measurements as a table that is readable in a terminal and in Markdown alike. */
import type { Measurement } from './benchmark.ts'

const HEAD = ['what', 'figure', 'CPU s', 'wall s', 'peak RSS MiB', 'beside']

export function toTable(measurements: readonly Measurement[]): string {
  const rows = measurements.map(({ what, figure, cpuSeconds, wallSeconds, peakRssMiB, beside }) => [
    what,
    figure,
    cpuSeconds?.toFixed(2) ?? '',
    wallSeconds?.toFixed(2) ?? '',
    peakRssMiB?.toFixed(0) ?? '',
    beside ?? '',
  ])
  const used = HEAD.map((_, column) => column < 2 || rows.some((row) => row[column] !== ''))
  const all = [HEAD, ...rows].map((row) => row.filter((_, column) => used[column]))
  const widths = all[0]!.map((_, column) => Math.max(...all.map((row) => row[column]!.length)))
  const line = (row: readonly string[]) => `| ${row.map((cell, column) => cell.padEnd(widths[column]!)).join(' | ')} |`
  const [head, ...body] = all
  return [line(head!), `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`, ...body.map(line)].join('\n')
}
