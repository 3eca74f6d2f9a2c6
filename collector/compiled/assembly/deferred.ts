/** What attributes say that needs the claimed profiles or the bytes of JSON text, as `mapping/spans/span-mapper.ts` resolves it at the end. */
import { STRING } from './any-types'
import {
  addProfile,
  isInSet,
  mask,
  offer,
  offerJson,
  offerStatus,
  pendingActions,
  pendingAttribute,
  pendingEntry,
  rankOf,
  wordAt,
} from './attribute-scan'
import { findText } from './bytes-table'
import { findMember, memberEnd, memberStart } from './json-member'
import { BODY } from './layout'
import { DEFERRED, DEFERRED_NUMBERS, WORDS } from './mapping-places'
import { TYPE, VALUE_END, VALUE_START } from './tables'

/** First the markers inside JSON text, then the fields, which may ask for the profiles so found. */
export function resolvePending(): void {
  for (let i = 0; i < pendingActions; i++) resolveMarker(entryOf(i), pendingAttribute(i))
  for (let i = 0; i < pendingActions; i++) {
    const entry = entryOf(i)
    const status = load<i32>(entry, 8)
    if (load<i32>(entry) >= 0) resolveField(entry, pendingAttribute(i))
    else if (status >= 0 && (mask & load<i32>(entry, 20)) !== 0) offerStatus(status, pendingAttribute(i))
  }
}

function entryOf(pending: i32): i32 {
  return load<i32>(DEFERRED) + pendingEntry(pending) * DEFERRED_NUMBERS * 4
}

function resolveMarker(entry: i32, attribute: i32): void {
  const profile = load<i32>(entry, 20)
  const isMarker = load<i32>(entry) < 0 && load<i32>(entry, 8) < 0 && load<i32>(entry, 12) !== 0
  if (!isMarker || (mask & profile) !== 0 || !hasMember(entry, attribute)) return
  const words = load<i32>(entry, 24)
  const word = findText(load<i32>(WORDS), BODY + memberStart, memberEnd - memberStart)
  if (words < 0 || isInSet(word, words)) addProfile(profile)
}

function resolveField(entry: i32, attribute: i32): void {
  const field = load<i32>(entry)
  const rank = load<i32>(entry, 4)
  const profile = load<i32>(entry, 20)
  if (rank > rankOf(field) || (profile !== 0 && (mask & profile) === 0)) return
  const words = load<i32>(entry, 24)
  if (words >= 0 && isInSet(wordAt(attribute), words)) return
  if (load<i32>(entry, 12) === 0) offer(field, rank, attribute)
  else if (hasMember(entry, attribute)) offerJson(field, rank, attribute, memberStart, memberEnd)
}

function hasMember(entry: i32, attribute: i32): bool {
  if (load<i32>(attribute, TYPE) !== STRING) return false
  return findMember(
    load<i32>(attribute, VALUE_START),
    load<i32>(attribute, VALUE_END),
    load<i32>(entry, 12),
    load<i32>(entry, 16),
  )
}
