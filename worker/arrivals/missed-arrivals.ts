/** Arrivals that the log no longer holds, because the worker was away for longer than it keeps them: written again from spans and markers. */
import { ARRIVALS, arrivalColumns, type ClickHouseClient, columnNames } from '@runlens/clickhouse'

/** Less than the day that the log keeps. */
const KEPT_MICROS = 23n * 3_600_000_000n
/** How much older than its arrival a span's `received_at` may be: it lay in the spool while ClickHouse was away. */
const SPOOLED_MICROS = 3_600_000_000n

/** One moment for so many rows. */
const BLOCK_TIME = 'addMicroseconds(now64(6), intDiv(rowNumberInAllBlocks(), 100000))'

/**
 * Puts every span and marker that was received since `position` into the log once more, if that does not reach back there: in blocks, as
 * if they came in one after another now.
 * @param position microseconds since the epoch; 0 when nothing was ever settled
 * @returns whether it was necessary
 */
export async function announceMissed(client: ClickHouseClient, position: bigint): Promise<boolean> {
  const answer = await client.query({
    query: 'SELECT toString(toUnixTimestamp64Micro(now64(6))) AS now',
    format: 'JSONEachRow',
  })
  const [clock] = await answer.json<{ now: string }>()
  if (BigInt(clock!.now) - position < KEPT_MICROS) return false
  const from = position > SPOOLED_MICROS ? position - SPOOLED_MICROS : 0n
  for (const table of ['spans', 'markers']) {
    await client.command({
      query: `INSERT INTO arrivals (${columnNames(ARRIVALS).join(', ')})
SELECT ${arrivalColumns(BLOCK_TIME).join(', ')}
FROM ${table}
WHERE toUnixTimestamp64Milli(received_at) >= {from:Int64}`,
      query_params: { from: (from / 1000n).toString() },
    })
  }
  return true
}
