/** Figures of the whole range and of the period before, as the key figures tell them: parts that need them ask the same question. */
import { planFigures } from '../../plan-figures.ts'
import type { FiguresPlan } from '../../questions/figures.ts'
import { type KpiRow, kpiFigures } from '../../questions/observability/kpi-figures.ts'
import type { Range } from '../../range.ts'
import type { MetricsAsked } from './asked.ts'

export interface WholeFigures {
  plan: FiguresPlan
  current: KpiRow | undefined
  previous: KpiRow | undefined
}

/** @param range default: that of the request */
export async function readWhole(
  { services, scope, filter, signal }: MetricsAsked,
  range: Range = filter.range,
): Promise<WholeFigures> {
  const edges = [range.from - (range.to - range.from), range.from, range.to]
  const plan = await planFigures(services.runner, scope, range, edges, signal)
  const rows = await services.runner.ask(kpiFigures(scope, { ...filter, range }, plan, 1), signal)
  const whole = (current: number) => rows.find((row) => row.is_current === current && row.whole === 1)
  return { plan, current: whole(1), previous: whole(0) }
}
