/** Log records of executions, and data points of the metrics of their services. */
import type { Timeline } from './facts-sql.ts'
import { objectSql } from './json-sql.ts'
import { LOGGED_EVERY } from './numbers.ts'
import { plus } from './spans-sql.ts'

const RESOURCE = objectSql('', {
  attributes: { raw: objectSql('"service.namespace":"shop"', { 'service.name': { text: 'service' } }) },
  attribute_types: { text: "'ss'" },
})

export const LOGS_OF = `number % ${LOGGED_EVERY} = 0`
export const LOGS_EACH = 3

/** Over the facts of an execution and `k`, from 0. */
export const LOG_COLUMNS: Readonly<Record<string, string>> = {
  tenant: "'default'",
  received_at: `toDateTime64(${plus('duration_ns')}, 3)`,
  time: plus(`intDiv(duration_ns * toInt64(k), ${LOGS_EACH})`),
  trace_id: 'trace_id',
  span_id: 'reinterpretAsFixedString(sipHash64(number, toUInt32(k)))',
  severity_number: 'toUInt8(9 + 4 * k)',
  severity_text: "arrayElement(['INFO', 'WARN', 'ERROR'], k + 1)",
  service: 'service',
  body: "concat('order ', toString(cityHash64(number, 'order') % 1000000), ' is looked at for the ', toString(k + 1), '. time')",
  attribute_values: `concat('["', toString(cityHash64(number, k) % 64), '"]')`,
  labels_json: `'{"attribute_keys":["thread.id"],"attribute_types":"i","body_type":"s"}'`,
  scope_json: `'{"name":"shop.log"}'`,
  resource_json: RESOURCE,
}

const SERVICES = 12
const MINUTE_NS = 60_000_000_000n

interface Sent {
  metric: string
  unit: string
  kind: 'gauge' | 'sum'
  /** Attributes of the series, as JSON; '' for none. */
  of: string
  /** Of what the value follows from: `minute` (since the epoch), `s` (number of the service). */
  value: string
  cumulative?: boolean
}

/** A day's wave from 0 to 1, later for each service, and some noise. */
const WAVE =
  '(0.5 + 0.35 * sin((minute + 120 * s) * 2 * pi() / 1440) + 0.15 * (cityHash64(minute, s, metric) % 1000) / 1000)'
/** Its sum over time, for counters: nothing that grows may fall. */
const TOTAL = '(minute + 0.35 * 1440 / 2 / pi() * (1 - cos((minute + 120 * s) * 2 * pi() / 1440)))'

/** Six series a service: processors are told by half of them as what they use, by half as seconds so far. */
const SENT: readonly Sent[] = [
  ...['user', 'system'].flatMap((mode): Sent[] => {
    const share = mode === 'user' ? 0.6 : 0.2
    return [
      {
        metric: 'process.cpu.utilization',
        unit: '1',
        kind: 'gauge',
        of: mode,
        value: `if(s % 2 = 0, ${share} * ${WAVE}, NULL)`,
      },
      {
        metric: 'process.cpu.time',
        unit: 's',
        kind: 'sum',
        of: mode,
        value: `if(s % 2 = 1, ${share} * 60 * ${TOTAL}, NULL)`,
        cumulative: true,
      },
    ]
  }),
  { metric: 'process.memory.usage', unit: 'By', kind: 'sum', of: '', value: `round(2e8 + 3e8 * ${WAVE})` },
  { metric: 'nodejs.eventloop.utilization', unit: '1', kind: 'gauge', of: '', value: `0.8 * ${WAVE}` },
  { metric: 'nodejs.eventloop.delay.p99', unit: 's', kind: 'gauge', of: '', value: `0.02 * ${WAVE}` },
  { metric: 'workers.busy', unit: '{worker}', kind: 'sum', of: '', value: `round(16 * ${WAVE})` },
]

/** Every service once a minute, of the minutes that begin within a part of the timeline. */
export function metricsSql({ fromNs, stepNs, executions }: Timeline, first: number, count: number): string {
  const minuteAfter = (number: number) => (fromNs + BigInt(number) * stepNs + MINUTE_NS - 1n) / MINUTE_NS
  const [from, to] = [minuteAfter(first), minuteAfter(first + count)]
  // They are thrown away 30 days after they came: all came at the end.
  const receivedMs = (fromNs + BigInt(executions) * stepNs) / 1_000_000n
  const columns: Record<string, string> = {
    tenant: "'default'",
    received_at: `fromUnixTimestamp64Milli(toInt64(${receivedMs}), 'UTC')`,
    metric: 'metric',
    service: 'service',
    series: 'cityHash64(s, metric, mode)',
    time: 'toDateTime64(minute * 60, 9)',
    start_time: `if(is_cumulative, toDateTime64(${fromNs / 1_000_000_000n}, 9), toDateTime64(0, 9))`,
    kind: 'kind',
    value: 'value',
    series_json: `if(mode = '', '', concat('{"attributes":{"cpu.mode":"', mode, '"},"attribute_types":"s"}'))`,
    metric_json: `concat('{"unit":"', unit, '"', multiIf(is_cumulative, ',"temporality":2,"monotonic":1', kind = 'sum', ',"temporality":2', ''), '}')`,
    scope_json: `'{"name":"runlens"}'`,
    resource_json: RESOURCE,
  }
  const series = SENT.map(
    ({ metric, unit, kind, of, value, cumulative = false }) =>
      `SELECT '${metric}' AS metric, '${unit}' AS unit, '${kind}' AS kind, '${of}' AS mode, toUInt8(${cumulative}) AS is_cumulative,
    s, concat('service-', toString(s)) AS service, minute, CAST(${value}, 'Nullable(Float64)') AS value
  FROM (SELECT toInt64(number) + ${from} AS minute FROM numbers(${to > from ? to - from : 0n})) ARRAY JOIN range(0, ${SERVICES}) AS s
  WHERE isNotNull(value)`,
  )
  return `INSERT INTO metric_points (${Object.keys(columns).join(', ')})
SELECT
  ${Object.values(columns).join(',\n  ')}
FROM
(
  ${series.join('\n  UNION ALL\n  ')}
)`
}
