/** A day is what its hours are together, in every figure. */
import { type ClickHouseClient, durationQuantilesSql, EXECUTION_SCALE, STEP_SCALE } from '@runlens/clickhouse'
import { expect } from 'vitest'
import { rowsOf } from './stack-db.ts'

export async function expectExactDays(client: ClickHouseClient, tenant: string): Promise<void> {
  const figures =
    'sum(durations) AS d, round(sum(duration_ms_sum), 3) AS ms, max(duration_ms_max) AS most, max(last_started_at) AS last'
  const quantiles = (scale: typeof EXECUTION_SCALE) => `${durationQuantilesSql('duration_bucket', scale)} AS p`
  const latest = (names: string) =>
    names
      .split(' ')
      .map((name) => `argMax(t.${name}, t.last_started_at)`)
      .join(', ')
  const users = (name: string) => `arraySort(arrayMap(x -> hex(x), groupUniqArrayArray(${name}))) AS hit`
  for (const [name, keys, counted, more] of [
    [
      'execution',
      'kind, environment, workflow_id, status',
      'executions',
      `${latest('workflow_name')} AS name, ${users('failed_users')}, sum(queue_ms_sum), sum(rows_total_sum), ${quantiles(EXECUTION_SCALE)}`,
    ],
    ['step', 'workflow_id, environment, kind, step_type, step_name, step_status', 'steps', quantiles(STEP_SCALE)],
    [
      'error',
      'error_fingerprint, kind, environment, workflow_id',
      'executions',
      `${latest('workflow_name error_type error_class failed_step')}, ${users('users')}, min(first_started_at), ${quantiles(EXECUTION_SCALE)}`,
    ],
  ] as const) {
    const read = (table: string, time: string) =>
      rowsOf(
        client,
        `SELECT toUInt32(toStartOfDay(${time}, 'UTC')) AS of_day, ${keys}, sum(${counted}) AS n, ${figures}, ${more}
         FROM ${table} AS t FINAL WHERE tenant = '${tenant}' AND ${counted} > 0 GROUP BY of_day, ${keys} ORDER BY of_day, ${keys}`,
      )
    expect([name, await read(`${name}_days`, 'day')]).toEqual([name, await read(`${name}_hours`, 'hour')])
  }
}
