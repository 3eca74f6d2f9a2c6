/** What the query API tells Prometheus: its requests, its questions to ClickHouse, and who had to wait or go. */
import {
  addFigures,
  Counter,
  createRegistry,
  type FigureRow,
  Histogram,
  type Registry,
  SECONDS_BUCKETS,
} from '@runlens/runtime'
import type { Access } from './access/access.ts'
import type { PermitLoad } from './permits.ts'
import type { ProblemCode } from './problem-codes.ts'

/** Where an answer came from: ClickHouse, the answers of the last moment, or a query that was under way already. */
export type AnsweredBy = 'query' | 'cache' | 'shared'

export interface RunnerObserver {
  asked: (answeredBy: AnsweredBy) => void
  /** A query has left ClickHouse, with rows or without. */
  queried: (question: string, seconds: number) => void
  failed: (problem: ProblemCode) => void
}

export interface Metrics extends RunnerObserver {
  registry: Registry
  /** @param route as the API document writes it; '' where none is served */
  answered: (route: string, status: number | 'aborted') => void
  watchPermits: (load: () => PermitLoad) => void
  watchAccess: (access: Pick<Access, 'ring' | 'rates' | 'authenticator'>) => void
}

const PERMITS: readonly FigureRow<PermitLoad>[] = [
  ['gauge', 'runlens_queries_running', 'Questions that are in ClickHouse.', (load) => load.running],
  ['gauge', 'runlens_queries_waiting', 'Questions that wait for a permit.', (load) => load.waiting],
  ['counter', 'runlens_queries_refused_total', 'Questions that found the line full.', (load) => load.refused],
]

const ACCESS: readonly FigureRow<Pick<Access, 'ring' | 'rates' | 'authenticator'>>[] = [
  ['gauge', 'runlens_keys', 'API keys that are known, ended ones included.', ({ ring }) => ring.size],
  [
    'gauge',
    'runlens_keys_age_seconds',
    'Since the keys were read; -1 before the first time.',
    ({ ring }) => ring.ageSeconds ?? -1,
  ],
  ['counter', 'runlens_key_reads_failed_total', 'Readings of the keys that failed.', ({ ring }) => ring.failures],
  [
    'counter',
    'runlens_requests_limited_total',
    'Requests beyond the rate of their credential.',
    ({ rates }) => rates.refused,
  ],
]

export function createMetrics(): Metrics {
  const registry = createRegistry()
  const registers = [registry]
  const requests = new Counter({
    name: 'runlens_http_requests_total',
    help: 'Requests by route and status; aborted: the client left before its answer.',
    labelNames: ['route', 'status'],
    registers,
  })
  const questions = new Counter({
    name: 'runlens_questions_total',
    help: 'Questions by where their answer came from.',
    labelNames: ['answered_by'],
    registers,
  })
  const seconds = new Histogram({
    name: 'runlens_query_seconds',
    help: 'Time of queries in ClickHouse, by question.',
    labelNames: ['question'],
    buckets: SECONDS_BUCKETS,
    registers,
  })
  const failures = new Counter({
    name: 'runlens_query_failures_total',
    help: 'Questions that got no answer, by the code of the problem.',
    labelNames: ['code'],
    registers,
  })
  return {
    registry,
    asked: (answeredBy) => questions.inc({ answered_by: answeredBy }),
    queried: (question, duration) => seconds.observe({ question }, duration),
    failed: (code) => failures.inc({ code }),
    answered: (route, status) => requests.inc({ route, status }),
    watchPermits: (load) => addFigures(registry, load, PERMITS),
    watchAccess: (access) => addFigures(registry, () => access, ACCESS),
  }
}
