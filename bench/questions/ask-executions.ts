/** The core: lists, one execution, and statistics over filters of the list: those that rollups know, and those that they don't. */
import { usersOf } from '../fill/facts-sql.ts'
import { type AskedQuestion, DAY_MS, HOUR_MS, rangeOf, type Subjects } from './asked.ts'

export function askExecutions(subjects: Subjects): AskedQuestion[] {
  return [...askLists(subjects), ...askOne(subjects), ...askStatistics(subjects)]
}

function askLists({ state: { executions, fromMs, toMs }, last }: Subjects): AskedQuestion[] {
  const list = (parameters: string) => `/api/v1/executions?${parameters}`
  return [
    { what: 'list, newest of a day', path: (n) => list(dayOf(fromMs, toMs, n)) },
    { what: 'list, newest of everything', path: (n) => list(`limit=${50 + n}`) },
    { what: 'list, everything, status=error', path: (n) => list(`status=error&limit=${50 + n}`) },
    { what: 'list, everything, of a frequent workflow', path: (n) => list(`workflow_id=flow-${n % 20}`) },
    { what: 'list, everything, of a rare workflow', path: (n) => list(`workflow_id=flow-${180 + (n % 20)}`) },
    { what: 'list, everything, of a user', path: (n) => list(`user_id=user-${(n * 17) % usersOf(executions)}`) },
    { what: 'list, everything, a page in the middle', path: (n) => list(`cursor=${cursorAt(fromMs, toMs, n)}`) },
    { what: 'list, 30 days, slowest first', path: (n) => list(`sort=duration_ms&limit=${50 + n}`) },
    { what: 'list, 30 days, searched for text', path: (n) => list(`q=upstream%20${n}`) },
    { what: 'count of everything', path: (n) => list(`limit=1&min_duration_ms=0.00${n + 1}`) },
    { what: 'export of an hour', path: (n) => `/api/v1/executions/export?format=jsonl&${last(HOUR_MS)(n)}` },
  ]
}

function askOne({ execution, longExecution, loggedExecution }: Subjects): AskedQuestion[] {
  return [
    { what: 'one execution', path: (n) => `/api/v1/executions/id/${execution(n)}` },
    { what: 'tree of 50 steps', path: (n) => `/api/v1/executions/id/${longExecution(n)}/tree` },
    { what: 'spans of an execution', path: (n) => `/api/v1/executions/id/${execution(n)}/spans` },
    { what: 'logs of an execution', path: (n) => `/api/v1/executions/id/${loggedExecution(n)}/logs` },
  ]
}

function askStatistics({ last, wholeHours, user, workflow }: Subjects): AskedQuestion[] {
  const [day, month] = [last(DAY_MS), wholeHours(30 * DAY_MS)]
  const anatomy = (n: number) => `/api/v1/workflows/${workflow(n)}/anatomy`
  return [
    { what: 'timeseries 24h', path: (n) => `/api/v1/timeseries?${day(n)}` },
    { what: 'timeseries 30d', path: (n) => `/api/v1/timeseries?${month(n)}` },
    { what: 'timeseries 30d of a workflow', path: (n) => `/api/v1/timeseries?${month(n)}&workflow_id=${workflow(n)}` },
    { what: 'timeseries 30d of a user', path: (n) => `/api/v1/timeseries?${month(n)}&user_id=${user(n)}` },
    { what: 'histogram 24h', path: (n) => `/api/v1/histogram?${day(n)}` },
    { what: 'histogram 30d', path: (n) => `/api/v1/histogram?${month(n)}` },
    { what: 'heatmap 24h', path: (n) => `/api/v1/heatmap?${day(n)}` },
    { what: 'facets 24h', path: (n) => `/api/v1/facets?${day(n)}` },
    {
      what: 'facets 30d, status and workflow',
      path: (n) => `/api/v1/facets?${month(n)}&field=status&field=workflow_id`,
    },
    { what: 'facets 30d, error type', path: (n) => `/api/v1/facets?${month(n)}&field=error_type` },
    { what: 'anatomy 24h', path: (n) => `${anatomy(n)}?${day(n)}` },
    { what: 'anatomy 30d', path: (n) => `${anatomy(n)}?${month(n)}` },
    { what: 'executions.prom 1h', path: (n) => `/api/v1/metrics/executions.prom?${last(HOUR_MS)(n)}` },
    { what: 'executions.prom 24h', path: (n) => `/api/v1/metrics/executions.prom?${day(n)}` },
  ]
}

/** Whole days of the data, one after another. */
function dayOf(fromMs: number, toMs: number, n: number): string {
  const days = Math.max(1, Math.floor((toMs - fromMs) / DAY_MS))
  const from = fromMs + (n % days) * DAY_MS
  return rangeOf(from, from + DAY_MS)
}

/** As the API makes them (query-api/cursor.ts): a page that begins about in the middle of the data. */
function cursorAt(fromMs: number, toMs: number, n: number): string {
  const at = BigInt(Math.floor((fromMs + toMs) / 2) + n * 60_000) * 1_000_000n
  const cursor = { v: 1, s: 'started_at', o: 'desc', f: null, t: null, a: [String(at), '', ''] }
  return Buffer.from(JSON.stringify(cursor)).toString('base64url')
}
