import { expect, it } from 'vitest'
import { describeQuestions, HOSTILE } from '../../../test/kit/questions.ts'
import type { FiguresFilter } from '../figures.ts'
import { analyticsFigures } from './analytics-figures.ts'
import { environmentCounts, environmentFigures } from './environment-figures.ts'
import { failuresSince } from './failures-since.ts'
import { kpiFigures } from './kpi-figures.ts'
import { lastFailures } from './last-failures.ts'
import { rollupFreshness } from './rollup-freshness.ts'
import { disks, jobLeases, jobStatus, storage } from './system-status.ts'
import { workflowFigures } from './workflow-figures.ts'

const scope = { tenant: 'acme' }
const silence = { lostBeforeNs: 3n, heartbeatBeforeNs: 4n }
const figures: FiguresFilter = { range: { from: 100n, to: 200n }, kind: null, environment: null, silence }
const narrow: FiguresFilter = { ...figures, kind: ['agent'], environment: HOSTILE }
const raw = { source: 'raw', rawHours: [], openHours: [] } as const
const rollup = { source: 'rollup', rawHours: [3600, 7200], openHours: [10_800] } as const

describeQuestions(import.meta.url, [
  ['kpi-figures-raw', kpiFigures(scope, figures, raw, 24)],
  ['kpi-figures-rollup', kpiFigures(scope, narrow, rollup, 30)],
  ['workflow-figures-raw', workflowFigures(scope, figures, raw, 100)],
  ['workflow-figures-rollup', workflowFigures(scope, narrow, rollup, 100)],
  ['last-failures', lastFailures(scope, narrow, [{ workflow_id: HOSTILE, last_failure_ns: '1700000000000000005' }])],
  ['analytics-figures-raw', analyticsFigures(scope, narrow, raw, 100)],
  ['analytics-figures-rollup', analyticsFigures(scope, figures, rollup, 100)],
  ['environment-figures-raw', environmentFigures(scope, narrow, raw)],
  ['environment-figures-rollup', environmentFigures(scope, figures, rollup)],
  ['environment-counts-rollup', environmentCounts(scope, figures, rollup)],
  ['failures-since', failuresSince(scope, narrow, [{ environment: HOSTILE, sinceNs: 1_700_000_000_000_000_005n }])],
  ['rollup-freshness', rollupFreshness(scope, 5n)],
])

it('asks about the system for no tenant', () => {
  for (const { sql } of [jobLeases(5), jobStatus(), storage(), disks()]) expect(sql).not.toContain('tenant')
})
