/** What a client that comes back has missed, out of the log. */
import { changesOf } from '../questions/live/changes-after.ts'
import { knownPlace } from '../questions/live/log-places.ts'
import type { Scope } from '../questions/question.ts'
import type { Runner } from '../run.ts'
import { type ChangeFilter, matches, versionKey } from './change.ts'
import { eventOf, type LiveEvent } from './live-event.ts'
import { type Position, parsePosition } from './position.ts'
import { readChange } from './read-change.ts'

/** Why the thread is lost: the id is none of ours or no longer in the log, or too much came since; or the reader was too slow. */
export type GapReason = 'unknown_event_id' | 'too_far_behind' | 'slow_reader'

export type Replay = { kind: 'replay'; events: LiveEvent[]; upTo: Position } | { kind: 'gap'; reason: GapReason }

export interface ReplayOptions {
  runner: Pick<Runner, 'askAnew'>
  scope: Scope
  filter: ChangeFilter
  lastEventId: string
  /** Changes that are read again at most. */
  changesMax: number
  signal: AbortSignal
}

const LOOKBACK_MICROS = 60_000_000n

export async function replay({
  runner,
  scope,
  filter,
  lastEventId,
  changesMax,
  signal,
}: ReplayOptions): Promise<Replay> {
  const after = parsePosition(lastEventId)
  if (after === null) return { kind: 'gap', reason: 'unknown_event_id' }
  const [known] = await runner.askAnew(knownPlace(after), signal)
  if (!known) return { kind: 'gap', reason: 'unknown_event_id' }
  const question = changesOf(scope, after, { lookbackMicros: LOOKBACK_MICROS, limit: changesMax + 1 })
  const rows = await runner.askAnew(question, signal)
  if (rows.length > changesMax) return { kind: 'gap', reason: 'too_far_behind' }
  const versions = new Set<string>()
  const changes = rows.map(readChange).filter((change) => {
    const version = versionKey(change)
    if (versions.has(version)) return false
    versions.add(version)
    return matches(change, filter)
  })
  return {
    kind: 'replay',
    events: changes.map(eventOf),
    upTo: rows.length > 0 ? readChange(rows.at(-1)!).position : after,
  }
}
