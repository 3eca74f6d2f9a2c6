/** Query tracking: what users ask of databases. */
import { type AskedQuestion, DAY_MS, type Subjects } from './asked.ts'

export function askQueries({ last, wholeHours, user }: Subjects): AskedQuestion[] {
  const of = (what: string) => (n: number) => `/api/v1/executions/${user(n)}${what}`
  const lengths = { '7d': 7, '30d': 30, '365d': 365 }
  const overLengths = (what: string, path: (n: number) => string): AskedQuestion[] =>
    Object.entries(lengths).map(([name, days]) => ({
      what: `${what} ${name}`,
      path: (n) => `${path(n)}?${wholeHours(days * DAY_MS)(n)}`,
    }))
  return [
    { what: 'queries of a user', path: (n) => `${of('')(n)}?limit=${100 + n}` },
    { what: 'queries of a user, a day', path: (n) => `${of('')(n)}?${last(DAY_MS)(n)}` },
    {
      what: 'queries of a user, those of a type',
      path: (n) => `${of('')(n)}?status=success&database_type=kdb&limit=${100 + n}`,
    },
    { what: 'queries of a user, 300 passed over', path: (n) => `${of('')(n)}?offset=${300 + n}` },
    ...overLengths('query stats of a user', of('/stats')),
    ...overLengths('query stats of all', () => '/api/v1/executions/stats/global'),
    ...overLengths('database stats of a user', of('/database-stats')),
    ...overLengths('database stats of all', () => '/api/v1/executions/database-stats/global'),
  ]
}
