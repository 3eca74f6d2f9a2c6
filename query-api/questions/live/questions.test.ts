import { expect, it } from 'vitest'
import { describeQuestions, HOSTILE } from '../../../test/kit/questions.ts'
import { BEGINNING } from '../../live/position.ts'
import { changesAfter, changesOf } from './changes-after.ts'
import { dayCounts } from './day-counts.ts'
import { knownPlace, lastPlace } from './log-places.ts'
import { openExecutions } from './open-executions.ts'

const scope = { tenant: 'acme' }
const owned = { tenant: 'acme', owner: HOSTILE }
const silence = { lostBeforeNs: 3n, heartbeatBeforeNs: 4n }
const place = { block: 7n, offset: 2n, at: 1_700_000_000_000_000n }
const options = { lookbackMicros: 60_000_000n, limit: 10 }
const noFilter = { equal: {}, kind: null, status: null, fromNs: 5n, silence }
const everyFilter = {
  equal: { workflow_id: HOSTILE, user_id: HOSTILE },
  kind: [HOSTILE],
  status: [HOSTILE],
  fromNs: 5n,
  silence,
}

describeQuestions(import.meta.url, [
  ['changes-of', changesOf(scope, place, options)],
  ['changes-of-an-owner', changesOf(owned, place, options)],
  ['day-counts', dayCounts(scope, { fromNs: 5n, kind: null, silence })],
  ['day-counts-of-an-owner', dayCounts(owned, { fromNs: 5n, kind: [HOSTILE], silence })],
  ['open-executions', openExecutions(scope, noFilter, 100)],
  ['open-executions-every-filter', openExecutions(owned, everyFilter, 100)],
])

it('follows the log for the system, and holds to a tenant where a client reads it', () => {
  for (const { sql } of [changesAfter(place, options), lastPlace(), knownPlace(place), knownPlace(BEGINNING)]) {
    expect(sql).not.toContain('tenant =')
    expect(sql).not.toContain('1=1')
  }
})
