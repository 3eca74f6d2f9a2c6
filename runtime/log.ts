/** Log lines as JSON on standard output, one object each; `runlens up` turns them into readable text. */
import { type Logger, pino } from 'pino'

export type { Logger }

/** What a process of the stack calls itself in logs, ready messages and metrics. */
export type Component = 'clickhouse' | 'collector' | 'worker' | 'query-api' | 'cli'

/** A logger for one process. Level from `RUNLENS_LOG_LEVEL` (default `info`). Starts, stops and recoveries are logged; the rest is counted. */
export function createLogger(component: Component, level: string): Logger {
  return pino({ level, base: { component }, timestamp: pino.stdTimeFunctions.isoTime })
}
