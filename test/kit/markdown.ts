/** Reads tables of the documentation, for tests that compare them with the code. */

/** Cells of every table row whose first cell is code; backticks around a whole cell are taken off. */
export function codeRows(markdown: string): string[][] {
  return markdown
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim().replace(/^`([^`]*)`$/, '$1')),
    )
}
