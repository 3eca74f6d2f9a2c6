/** Reads the logs that clients sent of runs, as they were given. */
import { type LogWindow, type RunLogLine, runLogs } from '../questions/history/run-logs.ts'
import type { Scope } from '../questions/question.ts'
import type { Runner } from '../run.ts'
import { jsonValue } from './json-text.ts'
import { API_SERVICE } from './run-state.ts'

export interface LoggedRun {
  instance: string
  /** Hex. */
  trace: string
  started_ns: string
  last_seen_ns: string
}

const AROUND_NS = 60_000_000_000n

/** By trace. Runs that were not begun through this API have none. */
export async function readLogs(
  runner: Pick<Runner, 'ask'>,
  scope: Scope,
  runs: readonly LoggedRun[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, unknown>> {
  const own = runs.filter(({ instance }) => instance === API_SERVICE)
  if (own.length === 0) return new Map()
  const traces = own.map(({ trace }) => trace)
  const windows: LogWindow[] = own.map(({ started_ns, last_seen_ns }) => ({
    from: BigInt(started_ns),
    to: BigInt(last_seen_ns) + AROUND_NS,
  }))
  const rows = await runner.ask(runLogs(scope, traces, windows), signal)
  return new Map(rows.map(({ trace, lines }) => [trace, asGiven(lines)]))
}

/** A line that was sent again is there twice where its body is encrypted, which is another text each time. */
function asGiven(lines: readonly RunLogLine[]): unknown {
  const once = [...new Map(lines.map((line) => [JSON.stringify(line), line])).values()]
  const [first] = once
  if (first?.[2] === 'text') return first[1]
  return once.map(([, body, format]) => (format === 'json' ? jsonValue(body) : body))
}
