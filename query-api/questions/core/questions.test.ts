import { describeQuestions, HOSTILE } from '../../../test/kit/questions.ts'
import type { ExecutionFilter } from '../execution-filter.ts'
import { durationBins } from './duration-bins.ts'
import { executionSpans } from './execution-spans.ts'
import { FACET_COLUMNS, type FacetColumn, facets } from './facets.ts'
import { matchingSeries } from './matching-series.ts'
import { savedViews } from './saved-views.ts'
import { stepEdges } from './step-edges.ts'
import { stepFigures } from './step-figures.ts'
import { topWorkflowFigures } from './top-workflow-figures.ts'

const scope = { tenant: 'acme' }
const silence = { lostBeforeNs: 3n, heartbeatBeforeNs: 4n }
const range = { from: 100n, to: 200n }
const noFilter: ExecutionFilter = {
  equal: {},
  status: null,
  kind: null,
  min_duration_ms: null,
  max_duration_ms: null,
  attributes: [],
  q: null,
  range: { field: 'started_at', from: null, to: null },
  silence,
}
/** As much as rollups know. */
const rolled: ExecutionFilter = {
  ...noFilter,
  equal: { environment: HOSTILE, workflow_id: HOSTILE },
  kind: ['agent'],
  status: ['lost', 'success'],
}
const narrow: ExecutionFilter = {
  ...noFilter,
  equal: { user_id: HOSTILE },
  attributes: [{ key: HOSTILE, value: HOSTILE }],
  q: HOSTILE,
  range: { field: 'ended_at', from: null, to: null },
}
const raw = { source: 'raw', rawHours: [], openHours: [] } as const
const rollup = { source: 'rollup', rawHours: [3600, 7200], openHours: [10_800] } as const
const figures = (matching: ExecutionFilter) => ({ range, kind: null, environment: null, silence, matching })
const every = Object.keys(FACET_COLUMNS) as FacetColumn[]

const steps = { workflowId: HOSTILE, environment: HOSTILE, range }
const place = { trace_id: 'ab'.repeat(16), first_started_at: 1n, last_started_at: 2n, services: [HOSTILE] }

describeQuestions(import.meta.url, [
  ['execution-spans', executionSpans(scope, { places: [place], spanIds: [HOSTILE] })],
  ['matching-series-raw', matchingSeries(scope, figures(narrow), raw, 24)],
  ['matching-series-rollup', matchingSeries(scope, figures(rolled), rollup, 24)],
  ['step-figures-raw', stepFigures(scope, { ...steps, environment: null, limit: 9 }, raw)],
  ['step-figures-rollup', stepFigures(scope, { ...steps, limit: 9 }, rollup)],
  ['top-workflow-figures-raw', topWorkflowFigures(scope, figures(rolled), raw, 50)],
  ['top-workflow-figures-rollup', topWorkflowFigures(scope, figures(rolled), rollup, 50)],
  ['saved-views', savedViews(scope)],
  ['step-edges-raw', stepEdges(scope, steps, raw)],
  ['step-edges-rollup', stepEdges(scope, steps, rollup)],
  ['duration-bins', durationBins(scope, narrow, { range, bounds: [0, 1, 10], buckets: 24 })],
  ['facets-raw', facets(scope, { filter: narrow, range, facets: [...every, { attribute: HOSTILE }], limit: 10 }, raw)],
  [
    'facets-rollup',
    facets(
      scope,
      { filter: rolled, range, facets: ['status', 'kind', 'environment', 'workflow_id'], limit: 10 },
      rollup,
    ),
  ],
])
