/** Reads the logs that clients sent of runs, as they were given. */
import { type LogWindow, runLogs } from '../questions/history/run-logs.ts'
import type { Scope } from '../questions/question.ts'
import type { Runner } from '../run.ts'
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

function asGiven(lines: readonly [string, string][]): unknown {
  const [first] = lines
  if (first?.[1] === 'text') return first[0]
  return lines.map(([body, format]) => (format === 'json' ? JSON.parse(body) : body))
}
