import { describeQuestions, HOSTILE, type NamedQuestion } from '../../../test/kit/questions.ts'
import { errorBreakdown } from './error-breakdown.ts'
import { errorEver } from './error-ever.ts'
import { errorGroups } from './error-groups.ts'
import type { ErrorFilter } from './error-rows.ts'
import { errorSamples, errorSeries } from './error-series.ts'
import { errorStates } from './error-states.ts'
import { countSuccesses, failureTraits, successTraits } from './error-traits.ts'
import { errorsSince } from './errors-since.ts'

const scope = { tenant: 'acme' }
const owner = { ...scope, owner: HOSTILE }
const silence = { lostBeforeNs: 3n, heartbeatBeforeNs: 4n }
const all: ErrorFilter = {
  range: { from: 100n, to: 200n },
  kind: null,
  environment: null,
  workflowId: null,
  fingerprints: null,
  silence,
}
const narrow: ErrorFilter = {
  ...all,
  kind: ['agent'],
  environment: HOSTILE,
  workflowId: HOSTILE,
  fingerprints: { are: false, of: [HOSTILE] },
}
const these: ErrorFilter = { ...all, kind: 'all', fingerprints: { are: true, of: [HOSTILE] } }
const raw = { source: 'raw', rawHours: [], openHours: [] } as const
const rollup = { source: 'rollup', rawHours: [3600, 7200], openHours: [10_800] } as const
const sample = { workflowIds: [HOSTILE], oneIn: 3, by: 'id', executions: 10 } as const

const QUESTIONS: NamedQuestion[] = [
  ['error-groups-raw', errorGroups(scope, all, raw, 24, 10)],
  ['error-groups-rollup', errorGroups(scope, narrow, rollup, 24, 10)],
  ['error-groups-of-an-owner', errorGroups(owner, these, raw, 24, 10)],
  ['error-series-raw', errorSeries(scope, narrow, raw, 24)],
  ['error-series-rollup', errorSeries(scope, these, { source: 'rollup', rawHours: [], openHours: [] }, 24)],
  ['error-samples', errorSamples(scope, these, ['150', '160'])],
  ['error-ever', errorEver(scope, these, rollup)],
  ['errors-since', errorsSince(scope, these, rollup, [{ fingerprint: HOSTILE, hour: 3600, before: 2 }])],
  ['error-states', errorStates(scope)],
  ['error-breakdown', errorBreakdown(owner, narrow, HOSTILE, 10)],
  ['failure-traits-raw', failureTraits(scope, narrow, HOSTILE, 1000, raw)],
  ['failure-traits-rollup', failureTraits(scope, narrow, HOSTILE, 1000, rollup)],
  ['failure-traits-of-the-lost', failureTraits(scope, all, 'lost', 1000, rollup)],
  ['count-successes-raw', countSuccesses(scope, all, [HOSTILE], raw)],
  ['count-successes-rollup', countSuccesses(scope, all, [HOSTILE], rollup)],
  ['success-traits-by-id', successTraits(owner, narrow, sample, [HOSTILE])],
  ['success-traits-by-slice', successTraits(owner, narrow, { ...sample, by: 'slice' }, [HOSTILE])],
]
describeQuestions(import.meta.url, QUESTIONS)
