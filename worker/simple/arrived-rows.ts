/** SQL for the rows of `arrivals` that some blocks brought. */
import type { Block } from '../arrivals/tail-arrivals.ts'

/** Condition over `arrivals`; takes the parameters of {@link blockParameters}. */
export const IN_BLOCKS = `arrived_at >= fromUnixTimestamp64Micro({from:Int64}) AND arrived_at <= fromUnixTimestamp64Micro({to:Int64})
  AND toUnixTimestamp64Micro(arrived_at) IN {blocks:Array(Int64)}`

/** @param blocks in order of time, at least one */
export function blockParameters(blocks: readonly Block[]): Record<string, unknown> {
  const times = blocks.map(({ arrived_at }) => Number(arrived_at))
  return { from: times[0], to: times.at(-1), blocks: times }
}
