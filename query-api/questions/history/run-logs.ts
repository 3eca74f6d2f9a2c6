/** The logs that clients sent of some runs: of each the lines of its last PATCH that had any. */
import { traceIdIn } from '@runlens/clickhouse'
import { LOG_EVENT, LOG_FORMAT, LOG_GENERATION } from '../../history/run-otlp.ts'
import { indent, Parameters, type Question, rowsOf, type Scope } from '../question.ts'

/** The time in nanoseconds. */
export type RunLogLine = readonly [time: string, body: string, format: string]

export interface RunLogRow {
  /** Hex. */
  trace: string
  /** Time, body and {@link LOG_FORMAT} of each, in order. */
  lines: RunLogLine[]
}

/** Times in nanoseconds, both included. */
export interface LogWindow {
  from: bigint
  to: bigint
}

/** Lines of one PATCH. */
const LINES_MAX = 10_000
const FIVE_MINUTES_NS = 300_000_000_000n

/** @param windows when the runs were under way, at least one */
export function runLogs(scope: Scope, traces: readonly string[], windows: readonly LogWindow[]): Question<RunLogRow> {
  const parameters = new Parameters()
  const ranges = joined(windows).map(({ from, to }, index) => {
    const start = parameters.bindTime(`from_${index}`, from)
    const end = parameters.bindTime(`to_${index}`, to)
    return `toStartOfFiveMinutes(time, 'UTC') BETWEEN ${start} AND ${end}`
  })
  const rows = rowsOf('logs', scope, parameters, [
    `(${ranges.join('\n    OR ')})`,
    `event_name = '${LOG_EVENT}'`,
    traceIdIn(parameters.bind('trace_ids', 'Array(String)', traces)),
  ])
  const sql = `SELECT
  trace,
  arrayMap(line -> (toString(line.1), line.2, line.3), arraySort(argMax(lines, generation))) AS lines
FROM (
${indent(`SELECT
  lower(hex(trace_id)) AS trace,
  toUInt64OrZero(attributes['${LOG_GENERATION}']) AS generation,
  groupUniqArray(${LINES_MAX})((toUnixTimestamp64Nano(time), body, attributes['${LOG_FORMAT}'])) AS lines
${rows}
GROUP BY trace, generation`)}
)
GROUP BY trace`
  return { name: 'run-logs', sql, params: parameters.values }
}

/** On the five minutes that the key holds, each once. */
function joined(windows: readonly LogWindow[]): LogWindow[] {
  const whole = windows.map(({ from, to }) => ({ from: from - (from % FIVE_MINUTES_NS), to }))
  const sorted = whole.sort((a, b) => (a.from < b.from ? -1 : 1))
  const result: LogWindow[] = []
  for (const window of sorted) {
    const last = result.at(-1)
    if (!last || window.from > last.to) result.push({ ...window })
    else if (window.to > last.to) last.to = window.to
  }
  return result
}
