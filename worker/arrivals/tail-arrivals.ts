/**
 * Follows the log of arrivals block by block, and looks again a stretch back for blocks that became visible late. A block is
 * known by its time; one whose number of rows differs (two inserts of one microsecond) is given again.
 */
import type { ClickHouseClient } from '@runlens/clickhouse'

export interface Block {
  /** ClickHouse's clock, microseconds since the epoch. */
  arrived_at: bigint
  spans: number
}

export interface TailOptions {
  client: ClickHouseClient
  /** Where to begin, microseconds since the epoch; the overlap before it is read too. */
  from: bigint
  overlapMs: number
}

export interface Tail {
  /** Blocks that nobody took yet, oldest first, of about {@link SPANS_MAX} spans together. */
  poll(): Promise<Block[]>
  /** Says that these blocks were dealt with: they are not given again. */
  take(blocks: readonly Block[]): void
  /** Nothing visible before this time is left, microseconds since the epoch. */
  readonly readUpTo: bigint
}

/**
 * Spans of the blocks given in one poll: more than come while one is dealt with only where settling has fallen behind, and then the price that
 * each statement has is paid less often. A block is given whole, however many it holds: it is bounded by the collector's batch.
 */
const SPANS_MAX = 130_000
/** Blocks looked at in one poll: after a long pause the log is caught up in pages. */
const BLOCKS_MAX = 5_000
/** Of so many polls one looks back over the whole overlap, the others over a part of it as small as that. */
const SHORT_LOOKS = 8n

export function tailArrivals({ client, from, overlapMs }: TailOptions): Tail {
  const overlap = BigInt(overlapMs) * 1000n
  /** Rows taken of each block within the overlap. */
  const taken = new Map<bigint, number>()
  let readUpTo = from
  /** Where the last look began: before `readUpTo`, and before the present if ClickHouse's clock was set back. */
  let lookedFrom = from
  let polls = 0n

  const poll = async (): Promise<Block[]> => {
    const lookBack = polls++ % SHORT_LOOKS === 0n ? overlap : overlap / SHORT_LOOKS
    const low = readUpTo > lookBack ? readUpTo - lookBack : 0n
    const fresh: Block[] = []
    let spans = 0
    const { blocks, from: readFrom } = await readBlocks(client, low, lookBack)
    lookedFrom = readFrom
    for (const block of blocks) {
      if (block.spans === taken.get(block.arrived_at)) continue
      if (fresh.length > 0 && spans + block.spans > SPANS_MAX) break
      fresh.push(block)
      spans += block.spans
    }
    return fresh
  }
  const take = (blocks: readonly Block[]) => {
    for (const { arrived_at, spans } of blocks) {
      taken.set(arrived_at, spans)
      if (arrived_at > readUpTo) readUpTo = arrived_at
    }
    for (const time of taken.keys()) if (time < readUpTo - overlap && time < lookedFrom - overlap) taken.delete(time)
  }
  return {
    poll,
    take,
    get readUpTo() {
      return readUpTo
    },
  }
}

/** @param low and `lookBack`: where to begin, and how long before the present at the latest, in microseconds */
async function readBlocks(
  client: ClickHouseClient,
  low: bigint,
  lookBack: bigint,
): Promise<{ blocks: Block[]; from: bigint }> {
  // Numbers stand in the text: setting parameters is a third of what this costs the embedded engine, ten times a second.
  const result = await client.query({
    query: `WITH least(toInt64(${low}), toUnixTimestamp64Micro(now64(6)) - ${lookBack}) AS low
SELECT toString(low), toString(toUnixTimestamp64Micro(arrived_at)), toUInt32(count())
FROM arrivals
WHERE arrived_at >= fromUnixTimestamp64Micro(low)
GROUP BY arrived_at ORDER BY arrived_at LIMIT ${BLOCKS_MAX}`,
    format: 'JSONCompactEachRow',
  })
  const rows = await result.json<[string, string, number]>()
  const blocks = rows.map(([, arrived, spans]) => ({ arrived_at: BigInt(arrived), spans }))
  return { blocks, from: rows[0] ? BigInt(rows[0][0]) : low }
}
