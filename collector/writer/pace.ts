/**
 * How far apart batches begin. An insert costs ClickHouse as much for few rows as for some thousands, and what follows it in
 * the worker likewise: while ClickHouse is slow to answer, fewer and larger batches are sooner visible than many small ones.
 */

/** Of its time ClickHouse spends half on inserts at most. */
const SLOWER_BY = 2
/** More than that no row waits for others. */
const PACE_MAX_MS = 500

/**
 * @param batchAgeMs the setting: batches are never closer than that, and never further apart if it is more than half a second
 * @param tookMs how long the last batch took to write
 * @returns milliseconds from the beginning of one batch to the beginning of the next
 */
export function paceMs(batchAgeMs: number, tookMs: number): number {
  return Math.max(batchAgeMs, Math.min(PACE_MAX_MS, tookMs * SLOWER_BY))
}
