/** How hard a test tries: what `npm test` does in minutes, `npm run soak` does at length. */

/** The first with `npm test`, the second with `npm run soak` (`TEST_EFFORT=long`). Figures are counts: runs, seeds, rows. */
export function effort(short: number, long: number): number {
  return process.env.TEST_EFFORT === 'long' ? long : short
}
