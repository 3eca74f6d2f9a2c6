/** Execution metrics of a workspace: all of it, and each part. */
import { type AskedQuestion, DAY_MS, type Subjects } from './asked.ts'

const ROOT = '/api/v1/metrics/execution'

export function askMetrics({ last, wholeHours }: Subjects): AskedQuestion[] {
  const [day, week] = [last(DAY_MS), wholeHours(7 * DAY_MS)]
  const part = (name: string, length: string, range: (n: number) => string): AskedQuestion => ({
    what: `metrics ${name} ${length}`,
    path: (n) => `${ROOT}/${name}?${range(n)}`,
  })
  return [
    { what: 'metrics 24h', path: (n) => `${ROOT}?${day(n)}` },
    { what: 'metrics 30d', path: (n) => `${ROOT}?${wholeHours(30 * DAY_MS)(n)}` },
    // Of this moment: the same under another name of the tenant each time.
    { what: 'metrics realtime', path: (n) => `${ROOT}/realtime?workspace_id=w${n}` },
    part('throughput', '24h', day),
    part('throughput', '7d', week),
    part('latency', '24h', day),
    part('latency', '7d', week),
    part('performance', '24h', day),
    part('performance', '7d', week),
    part('patterns', '24h', day),
    part('patterns', '7d', week),
    part('resources', '24h', day),
    part('resources', '7d', week),
    { what: 'metrics export 24h', path: (n) => `${ROOT}/export?format=csv&${day(n)}` },
  ]
}
