/** Workflow observability and errors. */
import { type AskedQuestion, DAY_MS, HOUR_MS, type Subjects } from './asked.ts'

export function askObservability({ last, wholeHours, fingerprint }: Subjects): AskedQuestion[] {
  const observed = (path: string, range: (n: number) => string) => (n: number) => `/api/v1/${path}?${range(n)}`
  const [day, month] = [last(DAY_MS), wholeHours(30 * DAY_MS)]
  const ofBoth = (what: string, path: string): AskedQuestion[] => [
    { what: `${what} 24h`, path: observed(path, day) },
    { what: `${what} 30d`, path: observed(path, month) },
  ]
  return [
    { what: 'kpis 1h', path: observed('observability/kpis', last(HOUR_MS)) },
    { what: 'kpis 24h', path: observed('observability/kpis', day) },
    { what: 'kpis 7d', path: observed('observability/kpis', wholeHours(7 * DAY_MS)) },
    { what: 'kpis 30d', path: observed('observability/kpis', month) },
    ...ofBoth('workflows', 'observability/workflows'),
    ...ofBoth('environments', 'observability/environments'),
    ...ofBoth('overview', 'observability/overview'),
    ...ofBoth('analytics', 'analytics/executions'),
    ...ofBoth('errors', 'observability/errors'),
    { what: 'one group of errors 24h', path: (n) => `/api/v1/errors/${fingerprint(n)}?${day(n)}` },
    { what: 'one group of errors 30d', path: (n) => `/api/v1/errors/${fingerprint(n)}?${month(n)}` },
    // Of nothing in particular: there is one status, asked under another name of the tenant each time.
    { what: 'status of the stack', path: (n) => `/api/v1/observability/status?workspace_id=w${n}` },
  ]
}
