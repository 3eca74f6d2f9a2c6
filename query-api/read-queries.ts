/** Reads a page of queries: the rollup says in which hours they lie, and only executions that started there are looked through. */
import { dirtyHours } from './questions/dirty-hours.ts'
import { findQueryAnchors } from './questions/queries/find-query-anchors.ts'
import { findQueryHours, type QueryHour } from './questions/queries/find-query-hours.ts'
import { type ListedQuery, listQueries, type QueryPosition } from './questions/queries/list-queries.ts'
import type { Hour, QueryFilter } from './questions/queries/query-filter.ts'
import type { Scope } from './questions/question.ts'
import type { Runner } from './run.ts'
import { ceilDiv, NS_PER_HOUR, NS_PER_SECOND } from './time.ts'

export interface QueryReader {
  runner: Runner
  scope: Scope
  filter: QueryFilter
  nowNs: bigint
  signal: AbortSignal
}

/** Hours that the rollup tells in one answer. */
const BATCH_MAX = 2_000
/** Hours of executions that one statement looks through: as ranges they skip what lies between. */
const ROUND_MAX = 100

/** Anchors in one statement. */
const ANCHORS_MAX = 1_000

/** Hours of executions that the worker has yet to rebuild, whenever their queries ran: starts in seconds since the epoch, ascending. */
export async function hoursNotRebuilt({ runner, scope, filter, nowNs, signal }: QueryReader): Promise<Hour[]> {
  const end = filter.range.to !== null && filter.range.to < nowNs ? filter.range.to : nowNs + NS_PER_HOUR
  const rows = await runner.ask(dirtyHours(scope, 0n, ceilDiv(end, NS_PER_HOUR) * NS_PER_HOUR), signal)
  return rows.map(({ hour }) => hour)
}

/** The first `wanted` queries behind `after`. */
export async function readQueries(
  reader: QueryReader,
  after: QueryPosition | null,
  wanted: number,
): Promise<ListedQuery[]> {
  const { runner, scope, filter, signal } = reader
  const dirty = await hoursNotRebuilt(reader)
  const rows: ListedQuery[] = []
  let beforeHour: Hour | null = null
  for (let isLast = false; !isLast; ) {
    const told = narrowed(filter, after, beforeHour)
    const batch = await runner.ask(findQueryHours(scope, told, dirty, BATCH_MAX), signal)
    isLast = batch.length < BATCH_MAX
    for (const round of roundsOf(isLast ? batch : wholeHours(batch), isLast, () => wanted - rows.length)) {
      const startedHours = [...new Set([...dirty, ...round.started])].sort((a, b) => a - b)
      if (startedHours.length === 0) return rows
      const within = await placesOf(reader, startedHours)
      const of = { within, fromHour: round.fromHour, beforeHour, after }
      rows.push(...(await runner.ask(listQueries(scope, filter, of, wanted - rows.length), signal)))
      if (rows.length >= wanted) return rows
      beforeHour = round.fromHour
    }
  }
  return rows
}

/** Few executions are merged by their anchors, which is several times as quick as merging whole hours; many by these. */
async function placesOf({ runner, scope, filter, signal }: QueryReader, hours: readonly Hour[]) {
  const found = await runner.ask(findQueryAnchors(scope, filter, hours, ANCHORS_MAX + 1), signal)
  return found.length > ANCHORS_MAX ? { hours } : { anchors: found.map(({ anchor_us }) => anchor_us) }
}

interface Round {
  started: Set<Hour>
  /** The oldest hour of queries in it; null: whatever is left. */
  fromHour: Hour | null
}

/**
 * Cuts hours, newest first, where they promise what is missing, or grow many. They may promise too much: rows are gone, or lost, or cut off
 * by the range; then there is another round. The very last one also takes what only hours hold that are not rebuilt.
 */
function* roundsOf(hours: readonly QueryHour[], isLast: boolean, missing: () => number): Generator<Round> {
  let round: Round = { started: new Set(), fromHour: null }
  let promised = 0
  for (const { query_hour, started, queries } of hours) {
    const isFull = promised >= missing() || round.started.size >= ROUND_MAX
    if (isFull && round.fromHour !== null && query_hour !== round.fromHour) {
      yield round
      round = { started: new Set(), fromHour: null }
      promised = 0
    }
    round.started.add(started)
    round.fromHour = query_hour
    promised += Number(queries)
  }
  if (isLast) yield { ...round, fromHour: null }
  else if (round.fromHour !== null) yield round
}

/** Without the last hour of queries, of which the rest may come in the next batch. */
function wholeHours(batch: readonly QueryHour[]): readonly QueryHour[] {
  const last = batch.at(-1)?.query_hour
  const whole = batch.filter(({ query_hour }) => query_hour !== last)
  return whole.length > 0 ? whole : batch
}

/** To queries that the page may still show. */
function narrowed(filter: QueryFilter, after: QueryPosition | null, beforeHour: Hour | null): QueryFilter {
  const ends = [
    filter.range.to,
    after && BigInt(after.started_ns) + 1n,
    beforeHour === null ? null : BigInt(beforeHour) * NS_PER_SECOND,
  ].filter((end) => end !== null)
  const [to = null] = ends.sort((a, b) => (a < b ? -1 : 1))
  return { ...filter, range: { from: filter.range.from, to } }
}
