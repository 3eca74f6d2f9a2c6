import { describeQuestions, HOSTILE, type NamedQuestion } from '../../../test/kit/questions.ts'
import { findQueryAnchors } from './find-query-anchors.ts'
import { findQueryHours } from './find-query-hours.ts'
import { hoursToRead } from './hours-to-read.ts'
import { listQueries } from './list-queries.ts'
import { queryFigures } from './query-figures.ts'
import type { QueryFilter } from './query-filter.ts'
import { stepPlaces, stepRow } from './step-as-query.ts'
import { stepSpan } from './step-span.ts'

const scope = { tenant: 'acme' }
const silence = { lostBeforeNs: 3n, heartbeatBeforeNs: 4n }
const everyFilter: QueryFilter = {
  user: HOSTILE,
  databaseType: HOSTILE,
  status: ['lost'],
  range: { from: 1n, to: 2n },
  silence,
}
const ofAll: QueryFilter = { user: null, databaseType: null, status: null, range: { from: null, to: null }, silence }
const plan = { dirtyHours: [3600], cutHours: [7200], otherHours: [0] }
const after = { started_ns: '5', id: HOSTILE, instance: HOSTILE }
const place = { execution_id: HOSTILE, instance: HOSTILE, anchor_us: '7' }

const tracePlace = { trace_id: HOSTILE, first_started_at: 1n, last_started_at: 2n, services: [HOSTILE] }

const QUESTIONS: NamedQuestion[] = [
  ['hours-to-read', hoursToRead(scope, everyFilter, [3600], [7200])],
  ['query-figures-of-a-user', queryFigures(scope, everyFilter, plan, 'all')],
  ['query-figures-of-all', queryFigures(scope, ofAll, { ...plan, dirtyHours: [], otherHours: [] }, 'database_type')],
  ['query-figures-of-an-owner', queryFigures({ ...scope, owner: HOSTILE }, ofAll, plan, 'all')],
  ['find-query-hours', findQueryHours(scope, everyFilter, [3600], 100)],
  ['find-query-anchors', findQueryAnchors({ ...scope, owner: HOSTILE }, everyFilter, [0, 3600], 10)],
  [
    'list-queries',
    listQueries(scope, ofAll, { within: { anchors: ['7'] }, fromHour: null, beforeHour: null, after: null }, 10),
  ],
  [
    'list-queries-of-an-owner-every-filter',
    listQueries(
      { ...scope, owner: HOSTILE },
      everyFilter,
      { within: { hours: [0, 3600] }, fromHour: 0, beforeHour: 3600, after },
      10,
    ),
  ],
  ['step-places', stepPlaces(scope, HOSTILE)],
  ['step-span', stepSpan(scope, tracePlace, HOSTILE)],
  ['step-row', stepRow({ ...scope, owner: HOSTILE }, HOSTILE, [place], silence)],
]
describeQuestions(import.meta.url, QUESTIONS)
