/** Routes of the core beside those of one execution. */
import type { Route } from '../route.ts'
import { anatomy } from './anatomy.ts'
import { executionMetrics } from './execution-metrics.ts'
import { executionSpans } from './execution-spans.ts'
import { executionsExport } from './executions-export.ts'
import { facets } from './facets.ts'
import { heatmap } from './heatmap.ts'
import { histogram } from './histogram.ts'
import { savedViews } from './saved-views.ts'
import { timeseries } from './timeseries.ts'

export const core: readonly Route[] = [
  executionSpans,
  executionsExport,
  timeseries,
  histogram,
  heatmap,
  facets,
  anatomy,
  executionMetrics,
  ...savedViews,
]
