/**
 * Reads the log of arrivals from its end, and again a stretch back for rows that became visible late. What was seen is kept
 * as one count per tenth of a second: a slot whose count differs is read again, which at worst settles a trace twice.
 */
import type { ClickHouseClient, TraceRange } from '@runlens/clickhouse'

export interface Arrival {
  tenant: string
  trace_id: string
  /** ClickHouse's clock, microseconds since the epoch. */
  arrived_at: bigint
  spans: number
  range: TraceRange
}

export interface TailOptions {
  client: ClickHouseClient
  /** Where to begin, microseconds since the epoch; the overlap before it is read too. */
  from: bigint
  overlapMs: number
}

export interface Tail {
  /** New arrivals, oldest first; empty when there are none. One call reads about {@link ARRIVALS_MAX} at most. */
  poll(): Promise<Arrival[]>
  /** Nothing visible before this time is unread, microseconds since the epoch. */
  readonly readUpTo: bigint
}

const SLOT_MICROS = 100_000n
/** Slots looked at in one poll beside the overlap: after a long pause the log is caught up in pages. */
const NEW_SLOTS_MAX = 2_000
/** Arrivals read in one poll. A slot is read whole, however many it holds: it is bounded by the collector's batch. */
const ARRIVALS_MAX = 20_000

export function tailArrivals({ client, from, overlapMs }: TailOptions): Tail {
  const overlap = BigInt(overlapMs) * 1000n
  const slotsMax = Number(overlap / SLOT_MICROS) + NEW_SLOTS_MAX
  /** Rows read of each slot within the overlap. */
  const seen = new Map<bigint, number>()
  let readUpTo = from

  const poll = async (): Promise<Arrival[]> => {
    const low = readUpTo > overlap ? (readUpTo - overlap) / SLOT_MICROS : 0n
    for (const slot of seen.keys()) if (slot < low) seen.delete(slot)
    const slots = await readSlots(client, low, slotsMax)
    const changed: bigint[] = []
    let rows = 0
    let last = readUpTo / SLOT_MICROS
    for (const { slot, count } of slots) {
      const unread = count - (seen.get(slot) ?? 0)
      if (unread !== 0) {
        if (rows > 0 && rows + count > ARRIVALS_MAX) break
        changed.push(slot)
        rows += count
      }
      if (slot > last) last = slot
    }
    if (changed.length === 0) return []
    const arrivals = await readArrivals(client, changed)
    const counts = new Map<bigint, number>()
    for (const { arrived_at } of arrivals) {
      const slot = arrived_at / SLOT_MICROS
      counts.set(slot, (counts.get(slot) ?? 0) + 1)
    }
    for (const [slot, count] of counts) seen.set(slot, count)
    readUpTo = last * SLOT_MICROS
    return arrivals
  }
  return {
    poll,
    get readUpTo() {
      return readUpTo
    },
  }
}

async function readSlots(
  client: ClickHouseClient,
  low: bigint,
  slotsMax: number,
): Promise<{ slot: bigint; count: number }[]> {
  const result = await client.query({
    query: `SELECT toString(intDiv(toUnixTimestamp64Micro(arrived_at), ${SLOT_MICROS}) AS slot) AS name, toUInt32(count()) AS count
FROM arrivals
WHERE arrived_at >= fromUnixTimestamp64Micro({low:Int64})
GROUP BY slot ORDER BY slot LIMIT {slotsMax:UInt32}`,
    query_params: { low: (low * SLOT_MICROS).toString(), slotsMax },
    format: 'JSONEachRow',
  })
  const rows = await result.json<{ name: string; count: number }>()
  return rows.map(({ name, count }) => ({ slot: BigInt(name), count }))
}

async function readArrivals(client: ClickHouseClient, slots: readonly bigint[]): Promise<Arrival[]> {
  const result = await client.query({
    query: `SELECT tenant, lower(hex(trace_id)), toString(toUnixTimestamp64Micro(arrived_at)), spans,
  toString(toUnixTimestamp64Nano(first_started_at)), toString(toUnixTimestamp64Nano(last_started_at)), services
FROM arrivals
WHERE arrived_at >= fromUnixTimestamp64Micro({from:Int64}) AND arrived_at < fromUnixTimestamp64Micro({to:Int64})
  AND intDiv(toUnixTimestamp64Micro(arrived_at), ${SLOT_MICROS}) IN {slots:Array(Int64)}
ORDER BY arrived_at`,
    query_params: {
      from: (slots[0]! * SLOT_MICROS).toString(),
      to: ((slots.at(-1)! + 1n) * SLOT_MICROS).toString(),
      slots: slots.map(Number),
    },
    format: 'JSONCompactEachRow',
  })
  const rows = await result.json<[string, string, string, number, string, string, string[]]>()
  return rows.map(([tenant, trace_id, arrived, spans, first, last, services]) => ({
    tenant,
    trace_id,
    arrived_at: BigInt(arrived),
    spans,
    range: { trace_id, first_started_at: BigInt(first), last_started_at: BigInt(last), services },
  }))
}
