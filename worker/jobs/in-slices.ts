/** Work on many things, few at a time: what was sent to ClickHouse before goes out and is answered meanwhile. */
import { setImmediate as turn } from 'node:timers/promises'

/** Some milliseconds of the work that settling a trace, or encoding its row, is. */
const SLICE = 32

/** Gives what each became, in order. */
export async function inSlices<T, R>(items: readonly T[], each: (item: T) => R): Promise<R[]> {
  const done: R[] = []
  for (let start = 0; start < items.length; start += SLICE) {
    await turn()
    for (const item of items.slice(start, start + SLICE)) done.push(each(item))
  }
  return done
}
