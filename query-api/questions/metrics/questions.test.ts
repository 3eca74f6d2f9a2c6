import { describeQuestions, HOSTILE } from '../../../test/kit/questions.ts'
import type { FiguresFilter, FiguresPlan } from '../figures.ts'
import { bursts, storedBursts } from './bursts.ts'
import { hoursOfDay } from './hours-of-day.ts'
import { openCounts, openNow } from './open-now.ts'
import { resourceMoves, resourceValues } from './resource-values.ts'
import { recentStarts, sustainedRate } from './sustained-rate.ts'
import { unusualHours } from './unusual-hours.ts'
import { usualLoad } from './usual-load.ts'
import { waitingTimes } from './waiting-times.ts'

const scope = { tenant: 'acme' }
const own = { tenant: 'acme', owner: HOSTILE }
const silence = { lostBeforeNs: 3n, heartbeatBeforeNs: 4n }
const filter: FiguresFilter = {
  range: { from: 7_200_000_000_000n, to: 10_800_000_000_000n },
  kind: [HOSTILE],
  environment: HOSTILE,
  silence,
}
const raw: FiguresPlan = { source: 'raw', rawHours: [], openHours: [] }
const rolled: FiguresPlan = { source: 'rollup', rawHours: [7200], openHours: [10_800] }
const hours = { fromS: 7200, toS: 10_800 }
const load = { kind: null, environment: null, hourS: 7200 }

describeQuestions(import.meta.url, [
  ['open-now', openNow(scope, { kind: [HOSTILE], environment: HOSTILE, silence }, 7)],
  ['open-counts-of-a-user', openCounts(own, { kind: null, environment: null, silence })],
  ['usual-load', usualLoad(scope, { ...load, kind: [HOSTILE], environment: HOSTILE })],
  ['usual-load-of-a-user', usualLoad(own, load)],
  ['sustained-rate', sustainedRate(scope, filter, rolled)],
  ['recent-starts', recentStarts(scope, filter)],
  ['waiting-times', waitingTimes(scope, filter, true)],
  ['waiting-times-of-a-long-range', waitingTimes(scope, filter, false)],
  ['hours-of-day', hoursOfDay(scope, filter, raw)],
  ['unusual-hours', unusualHours(scope, filter, rolled, hours)],
  ['unusual-hours-of-a-user', unusualHours(own, filter, raw, hours)],
  ['bursts', bursts(scope, filter, rolled, 7200)],
  ['stored-bursts', storedBursts(scope, filter.range)],
  ['resource-values', resourceValues(scope, { range: filter.range, buckets: 12, metrics: [HOSTILE] })],
  ['resource-moves', resourceMoves(scope, { hours: [7200], rates: [HOSTILE], levels: [HOSTILE] })],
])
