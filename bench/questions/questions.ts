/** What the API is asked about a filled database. Each asking of a question has a number, so that no two are about the same thing. */
import { LONG_EVERY, usersOf } from '../fill/facts-sql.ts'
import type { FillState } from '../fill/state.ts'

export interface AskedQuestion {
  what: string
  /** Path and parameters of the n-th asking. */
  path: (n: number) => string
}

const DAY_MS = 86_400_000
const HOUR_MS = 3_600_000

export function questionsAbout({ executions, fromMs, toMs }: FillState): AskedQuestion[] {
  const list = (parameters: string) => `/api/v1/executions?${parameters}`
  const statistics = (what: string, range: string) => `/api/v1/observability/${what}?${range}`
  /** A range that ends where the data end, shifted a little so that no two are alike. */
  const last = (lengthMs: number) => (n: number) => rangeOf(toMs - lengthMs - n * 1000, toMs - n * 1000)
  /** Longer ranges end with an hour, as `time_range=7d` does. */
  const wholeHours = (lengthMs: number) => (n: number) => {
    const to = Math.ceil(toMs / HOUR_MS) * HOUR_MS - n * HOUR_MS
    return rangeOf(to - lengthMs, to)
  }
  const any = (n: number) => id(Math.floor(executions * ((n * 0.618) % 1)))
  const long = (n: number) => id(Math.floor((executions * ((n * 0.618) % 1)) / LONG_EVERY) * LONG_EVERY)
  const asked: AskedQuestion[] = [
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
    { what: 'one execution', path: (n) => `/api/v1/executions/id/${any(n)}` },
    { what: 'tree of 50 steps', path: (n) => `/api/v1/executions/id/${long(n)}/tree` },
    { what: 'kpis 1h', path: (n) => statistics('kpis', last(HOUR_MS)(n)) },
    { what: 'kpis 24h', path: (n) => statistics('kpis', last(DAY_MS)(n)) },
    { what: 'kpis 7d', path: (n) => statistics('kpis', wholeHours(7 * DAY_MS)(n)) },
    { what: 'kpis 30d', path: (n) => statistics('kpis', wholeHours(30 * DAY_MS)(n)) },
    { what: 'workflows 24h', path: (n) => statistics('workflows', last(DAY_MS)(n)) },
    { what: 'workflows 30d', path: (n) => statistics('workflows', wholeHours(30 * DAY_MS)(n)) },
  ]
  return [
    ...asked,
    ...filteredQuestions(last, wholeHours, (n) => `user-${(n * 17) % usersOf(executions)}`),
    ...moreQuestions(last, wholeHours, any),
  ]
}

type Ranges = (lengthMs: number) => (n: number) => string

/** Statistics over filters of the list: those that rollups know, and those that they don't. */
function filteredQuestions(last: Ranges, wholeHours: Ranges, user: (n: number) => string): AskedQuestion[] {
  const [day, month] = [last(DAY_MS), wholeHours(30 * DAY_MS)]
  return [
    { what: 'timeseries 24h', path: (n) => `/api/v1/timeseries?${day(n)}` },
    { what: 'timeseries 30d', path: (n) => `/api/v1/timeseries?${month(n)}` },
    { what: 'timeseries 30d of a workflow', path: (n) => `/api/v1/timeseries?${month(n)}&workflow_id=flow-${n % 20}` },
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
  ]
}

function moreQuestions(last: Ranges, wholeHours: Ranges, any: (n: number) => string): AskedQuestion[] {
  const [day, month] = [last(DAY_MS), wholeHours(30 * DAY_MS)]
  const observed = (what: string) => (range: Ranges, lengthMs: number) => (n: number) =>
    `/api/v1/${what}?${range(lengthMs)(n)}`
  const anatomy = (n: number) => `/api/v1/workflows/flow-${n % 20}/anatomy`
  return [
    { what: 'spans of an execution', path: (n) => `/api/v1/executions/id/${any(n)}/spans` },
    { what: 'export of an hour', path: (n) => `/api/v1/executions/export?format=jsonl&${last(HOUR_MS)(n)}` },
    { what: 'anatomy 24h', path: (n) => `${anatomy(n)}?${day(n)}` },
    { what: 'anatomy 30d', path: (n) => `${anatomy(n)}?${month(n)}` },
    { what: 'environments 24h', path: observed('observability/environments')(last, DAY_MS) },
    { what: 'environments 30d', path: observed('observability/environments')(wholeHours, 30 * DAY_MS) },
    { what: 'overview 24h', path: observed('observability/overview')(last, DAY_MS) },
    { what: 'overview 30d', path: observed('observability/overview')(wholeHours, 30 * DAY_MS) },
    { what: 'analytics 24h', path: observed('analytics/executions')(last, DAY_MS) },
    { what: 'analytics 30d', path: observed('analytics/executions')(wholeHours, 30 * DAY_MS) },
    { what: 'executions.prom 1h', path: observed('metrics/executions.prom')(last, HOUR_MS) },
    { what: 'executions.prom 24h', path: observed('metrics/executions.prom')(last, DAY_MS) },
  ]
}

function id(number: number): string {
  return `run-${String(number).padStart(10, '0')}`
}

function rangeOf(fromMs: number, toMs: number): string {
  return `from=${new Date(fromMs).toISOString()}&to=${new Date(toMs).toISOString()}`
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
