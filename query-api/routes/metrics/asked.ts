/** What every part of the view is asked: whose workspace, which executions, which range; taken from the request once. */
import { type Moments, momentsOf, readMeta } from '../../meta.ts'
import type { FiguresFilter } from '../../questions/figures.ts'
import type { Scope } from '../../questions/question.ts'
import { type Range, resolveRange } from '../../range.ts'
import type { Meta } from '../../schema/execution.ts'
import type { MetricsQuery } from '../../schema/metrics.ts'
import type { Asked, Services } from '../route.ts'

export interface MetricsAsked {
  scope: Scope
  filter: FiguresFilter
  moments: Moments
  services: Services
  signal: AbortSignal
}

/** One part of the view, with what its `meta` must tell. */
export interface Part<T> {
  body: T
  source: Meta['source']
  /** Open executions, where the part counts them. */
  running?: number
}

type Request = Pick<Asked<unknown, MetricsQuery>, 'query' | 'scope' | 'signal' | 'services'>

/** Whose workspace it is was checked with the credential. */
export function readAsked({ query, scope, signal, services }: Request): MetricsAsked {
  const moments = momentsOf(services)
  const { timeframe, from, to, kind = null, environment = null } = query
  const range = resolveRange({ time_range: timeframe, from, to }, moments.nowMs, '24h', 'timeframe')
  return { scope, filter: { range, kind, environment, silence: moments.silence }, moments, services, signal }
}

/** The part as an answer. @param range open where the part has none */
export async function withMeta<T extends object>(
  { services, moments, filter }: MetricsAsked,
  asking: Promise<Part<T>>,
  range: Range | { from: null; to: null } = filter.range,
): Promise<T & { meta: Meta }> {
  const parts = asking.then(({ source, running = 0 }) => ({ range, source, running }))
  const [{ body }, meta] = await Promise.all([asking, readMeta(services, moments, parts)])
  return { ...body, meta }
}
