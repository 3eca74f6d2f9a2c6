/** Log lines as JSON on standard output, one object each; `runlens up` turns them into readable text. */
import { type DestinationStream, type Logger, pino } from 'pino'

export type { Logger }

/** What a process of the stack calls itself in logs, ready messages and metrics. */
export type Component = 'clickhouse' | 'collector' | 'worker' | 'query-api' | 'cli'

const STDOUT = 1
/** Lines kept while nobody reads them (a paused terminal); beyond it they are dropped. */
const UNREAD_BYTES_MAX = 1024 * 1024

/** A logger for one process. Level from `RUNLENS_LOG_LEVEL` (default `info`). Starts, stops and recoveries are logged; the rest is counted. */
export function createLogger(component: Component, level: string): Logger {
  return pino({ level, base: { component }, timestamp: pino.stdTimeFunctions.isoTime }, standardOutput())
}

/**
 * Standard output for lines that must never hold their process up: not when nobody reads, not when the reader is gone.
 * Pino's own default writes asynchronously and flushes at exit, which never ends once the pipe is broken: the processes of
 * a killed `up` would hang there forever, with their ports and locks.
 */
function standardOutput(): DestinationStream {
  const stream = pino.destination({
    fd: STDOUT,
    sync: true,
    maxLength: UNREAD_BYTES_MAX,
    // A full pipe is tried again with the next line, instead of sleeping on the main thread.
    retryEAGAIN: () => false,
  })
  stream.on('error', () => {})
  // With synchronous writes there is nothing to flush, and flushing into a broken pipe never ends.
  stream.flushSync = () => {}
  return stream
}
