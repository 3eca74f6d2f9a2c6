/** Turns the JSON log lines of the processes into lines that a person reads. Pure. */

export interface LogViewOptions {
  color: boolean
}

const LEVELS: Readonly<Record<number, string>> = { 10: 'TRACE', 20: 'DEBUG', 40: 'WARN', 50: 'ERROR', 60: 'FATAL' }
const COMPONENT_WIDTH = 'clickhouse'.length
const COMPONENT_COLORS: Readonly<Record<string, number>> = {
  clickhouse: 33,
  collector: 36,
  worker: 35,
  'query-api': 34,
  cli: 32,
}
const FATAL = 60
const RED = 31
const YELLOW = 33
const DIM = 2

/**
 * One readable line: time, component, level unless it is info, message, then the other fields as `key=value`.
 * An error's stack follows indented. A line that is no JSON object is shown as it is, behind its component.
 */
export function formatLogLine(component: string, line: string, { color }: LogViewOptions): string {
  const paint = (code: number, text: string) => (color ? `\u001b[${code}m${text}\u001b[0m` : text)
  const name = paint(COMPONENT_COLORS[component] ?? DIM, component.padEnd(COMPONENT_WIDTH))
  const record = parseRecord(line)
  if (!record) return `${' '.repeat(TIME_WIDTH)} ${name}  ${line}`
  const { level, time, component: _, msg, pid: __, hostname: ___, err, ...fields } = record
  const word = typeof level === 'number' ? LEVELS[level] : undefined
  const parts = [paint(DIM, clockTime(time)), name]
  if (word) parts.push(paint(level === 40 ? YELLOW : Number(level) > 40 ? RED : DIM, word))
  parts.push(String(msg ?? ''))
  const rest = Object.entries(fields).map(([key, value]) => `${key}=${formatValue(value)}`)
  if (rest.length > 0) parts.push(paint(DIM, rest.join(' ')))
  const stack = errorText(err)
  return parts.filter((part) => part !== '').join(' ') + (stack ? `\n${stack.replace(/^/gm, '    ')}` : '')
}

/**
 * Whether the line is a process's last word on why it can't start (`runProcess` sends the same as a message). A fault that
 * nobody foresaw is none: its line has the stack.
 */
export function isFailure(line: string): boolean {
  const record = parseRecord(line)
  return record?.level === FATAL && typeof record.code === 'string' && record.code !== 'unexpected'
}

const TIME_WIDTH = '12:34:56.789'.length

/** Hours to milliseconds of an ISO time, in UTC as the line has it. */
function clockTime(time: unknown): string {
  const match = typeof time === 'string' ? /T(\d\d:\d\d:\d\d\.\d{3})/.exec(time) : null
  return match?.[1] ?? ' '.repeat(TIME_WIDTH)
}

function parseRecord(line: string): Record<string, unknown> | undefined {
  if (!line.startsWith('{')) return undefined
  try {
    return JSON.parse(line) as Record<string, unknown>
  } catch {
    return undefined
  }
}

function formatValue(value: unknown): string {
  if (typeof value === 'string') return /^[^\s="]+$/.test(value) ? value : JSON.stringify(value)
  if (typeof value !== 'object' || value === null) return String(value)
  if (Array.isArray(value)) return `[${value.map(formatValue).join(',')}]`
  return `{${Object.entries(value)
    .map(([key, inner]) => `${key}=${formatValue(inner)}`)
    .join(' ')}}`
}

function errorText(error: unknown): string {
  if (typeof error !== 'object' || error === null) return error === undefined ? '' : String(error)
  const { stack, message } = error as { stack?: unknown; message?: unknown }
  return String(stack ?? message ?? '')
}
