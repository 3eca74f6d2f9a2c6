/** Where the merged log of the stack goes: readable lines or raw JSON, from the processes and from the supervisor itself. */
import { formatLogLine, isFailure } from './log-view.ts'

export type LogLevel = 'info' | 'warn' | 'error'

const LEVEL_NUMBERS: Readonly<Record<string, number>> = {
  trace: 10,
  debug: 20,
  info: 30,
  warn: 40,
  error: 50,
  fatal: 60,
  silent: Number.POSITIVE_INFINITY,
}

export interface LogSink {
  /** A line as a process wrote it. */
  line: (component: string, line: string) => void
  /** A line of the supervisor. */
  note: (level: LogLevel, message: string, fields?: Record<string, unknown>) => void
  /** Text for a person, as it is; with `json` the fields as one log line instead. */
  announce: (text: string, message: string, fields: Record<string, unknown>) => void
}

export interface LogSinkOptions {
  write: (text: string) => void
  json: boolean
  color: boolean
  /** `log.level`: quieter notes of the supervisor are left out. */
  level: string
}

export function createLogSink({ write, json, color, level }: LogSinkOptions): LogSink {
  const record = (severity: LogLevel, msg: string, fields: Record<string, unknown>) =>
    JSON.stringify({ level: LEVEL_NUMBERS[severity], time: new Date().toISOString(), component: 'cli', ...fields, msg })
  const readable = (component: string, text: string) => {
    // Why a process ends, `up` tells in its own words: once, with what to do.
    if (text !== '' && !isFailure(text)) write(`${formatLogLine(component, text, { color })}\n`)
  }
  const raw = (component: string, text: string) => {
    // What a process writes past its logger (a native library, Node itself) becomes JSON as well.
    if (text !== '') write(`${text.startsWith('{') ? text : record('info', text, { component })}\n`)
  }
  const line = json ? raw : readable
  return {
    line,
    note: (severity, message, fields = {}) => {
      if ((LEVEL_NUMBERS[severity] ?? 0) >= (LEVEL_NUMBERS[level] ?? 0)) line('cli', record(severity, message, fields))
    },
    announce: (text, message, fields) => write(json ? `${record('info', message, fields)}\n` : text),
  }
}
