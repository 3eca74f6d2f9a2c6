import { afterAll, beforeAll, expect, it } from 'vitest'
import { startClickHouse, type TestClickHouse } from '../test/kit/clickhouse.ts'
import { durationBucketSql, durationQuantilesSql, EXECUTION_SCALE, QUANTILE_LEVELS, STEP_SCALE } from './quantiles.ts'

let clickhouse: TestClickHouse
beforeAll(async () => {
  clickhouse = await startClickHouse()
})
afterAll(() => clickhouse?.stop())

async function one<T>(query: string): Promise<T> {
  const result = await clickhouse.client.query({ query, format: 'JSONEachRow' })
  return (await result.json<T>())[0]!
}

/** Log-uniform between two durations in milliseconds, the same in every run. */
const spread = (from: number, to: number) =>
  `exp(log(${from}) + (log(${to}) - log(${from})) * (sipHash64(number) / 18446744073709551616.))`

it.each([
  ['executions of a millisecond to a second', EXECUTION_SCALE, 1, 1_000],
  ['executions of a quarter millisecond to 13 days', EXECUTION_SCALE, 0.25, 13 * 86_400_000],
  ['steps of 25 µs to 32 hours', STEP_SCALE, 0.025, 32 * 3_600_000],
  ['few steps', STEP_SCALE, 10, 20],
])('reads the percentiles of %s back within 1.1 %%', async (name, scale, from, to) => {
  const rows = name === 'few steps' ? 20 : 50_000
  const { durations, read } = await one<{ durations: number[]; read: number[] }>(
    `WITH states AS (
       SELECT quantilesTimingState(${QUANTILE_LEVELS.join(', ')})(${durationBucketSql('d', scale)}) AS state,
         groupArray(d) AS durations
       FROM (SELECT number, ${spread(from, to)} AS d FROM numbers(${rows})) GROUP BY number % 7
     )
     SELECT ${durationQuantilesSql('state', scale)} AS read, arraySort(arrayFlatten(groupArray(durations))) AS durations
     FROM states`,
  )
  expect(durations).toHaveLength(rows)
  QUANTILE_LEVELS.forEach((level, index) => {
    // Which of two neighbours a quantile is, is a matter of definition; either may be meant.
    const rank = Math.floor(level * rows)
    const neighbours = durations.slice(Math.max(0, rank - 1), rank + 2)
    const error = Math.min(...neighbours.map((value) => Math.abs(read[index]! - value) / value))
    expect(error, `p${level * 100}`).toBeLessThanOrEqual(0.011)
  })
})

it('answers nothing for a state over nothing', async () => {
  const { read } = await one<{ read: unknown[] }>(
    `SELECT ${durationQuantilesSql('state', STEP_SCALE)} AS read
     FROM (SELECT quantilesTimingStateIf(0.5, 0.75, 0.9, 0.95, 0.99)(toUInt16(1), 0) AS state)`,
  )
  expect(read).toEqual([null, null, null, null, null])
})

it('keeps durations of nothing and below the unit in the first bucket', async () => {
  const { buckets } = await one<{ buckets: number[] }>(
    `SELECT arrayMap(d -> ${durationBucketSql('d', EXECUTION_SCALE)}, [0., 0.2, 0.25]) AS buckets`,
  )
  expect(buckets).toEqual([0, 0, 1])
})
