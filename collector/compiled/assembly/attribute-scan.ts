/** What the attributes of a span say, as `mapping/spans/attribute-scan.ts` finds it. */
import { BOOL, EMPTY, STRING } from './any-types'
import { findText } from './bytes-table'
import { BODY, KNOWN_KEYS, SCOPE_CELLS, SPAN_CELLS, SPAN_JSON } from './layout'
import {
  ACTIONS,
  CELL_BYTES,
  FALSE_WORD,
  FIELD_MARKS,
  KEY_ACTIONS,
  TRUE_WORD,
  WORD_SET_BYTES,
  WORD_SETS,
  WORDS,
} from './mapping-places'
import { KEY, SPAN_ATTRIBUTE_COUNT, SPAN_ATTRIBUTES, TYPE, VALUE_END, VALUE_START } from './tables'

// `ACTION` of `mapping/spans/compile.ts`; what is left is deferred.
const FIELD: i32 = 0
const FIELD_EXCEPT: i32 = 1
const PROFILE: i32 = 2
const WORD: i32 = 3
const STATUS: i32 = 4

/** `SOURCE_FIELDS` of `mapping/spans/profile.ts`. */
const FIELDS: i32 = 36
/** Of each field the row of its source and the source's rank; then a word for each condition. */
const AT: i32 = SPAN_CELLS
const RANKS: i32 = SPAN_CELLS + FIELDS * 4
const FOUND_WORDS: i32 = SPAN_CELLS + 2 * FIELDS * 4

/** Of fields found inside JSON text: where the value starts, -1 for others, and ends. */
const JSON_STARTS: i32 = SPAN_JSON
const JSON_ENDS: i32 = SPAN_JSON + FIELDS * 4
/** Pairs of a deferred action and the place of an attribute. */
const PENDING: i32 = SPAN_JSON + 2 * FIELDS * 4
const PENDING_MAX: i32 = 64

const NO_WORD: i32 = -2

export let found: i32 = 0
export let mask: i32 = 0
export let statusAt: i32 = -1
export let statusSource: i32 = 0

/** Actions that are deferred. */
export let pendingActions: i32 = 0
/** Whether any field was found inside JSON text since they were forgotten. */
let hasJson: bool = true

// Of the scope at hand.
let scopeFound: i32 = 0
let scopeMask: i32 = 0
let scopeStatusAt: i32 = -1
let scopeStatusSource: i32 = 0

/** What the scope of the next spans says; the rest stands at `SCOPE_CELLS`. */
export function enterScope(foundFields: i32, profiles: i32, statusRow: i32, source: i32): void {
  scopeFound = foundFields
  scopeMask = profiles
  scopeStatusAt = statusRow
  scopeStatusSource = source
}

/** The row of the best source of a field; -1 for none. */
export function sourceOf(field: i32): i32 {
  return load<i32>(field << 2, AT)
}

export function rankOf(field: i32): i32 {
  return load<i32>(field << 2, RANKS)
}

/** The word that was found for a condition. */
export function foundWord(slot: i32): i32 {
  return load<i32>(slot << 2, FOUND_WORDS)
}

/** Where the value of a field starts inside JSON text; -1 where it is the attribute's value. */
export function jsonStartOf(field: i32): i32 {
  return load<i32>(field << 2, JSON_STARTS)
}

export function jsonEndOf(field: i32): i32 {
  return load<i32>(field << 2, JSON_ENDS)
}

export function pendingEntry(pending: i32): i32 {
  return load<i32>(pending << 3, PENDING)
}

export function pendingAttribute(pending: i32): i32 {
  return load<i32>(pending << 3, PENDING + 4)
}

export function addProfile(bit: i32): void {
  mask |= bit
}

/** Whether all of the attributes of the span at the place `row` could be read here. */
export function scanAttributes(row: i32): bool {
  memory.copy(SPAN_CELLS, SCOPE_CELLS, load<i32>(CELL_BYTES))
  found = scopeFound
  mask = scopeMask
  statusAt = scopeStatusAt
  statusSource = scopeStatusSource
  pendingActions = 0
  if (hasJson) memory.fill(JSON_STARTS, 0xff, FIELDS * 4)
  hasJson = false
  const actions = load<i32>(ACTIONS)
  const keys = load<i32>(KEY_ACTIONS)
  let attribute = load<i32>(row, SPAN_ATTRIBUTES) << 2
  for (const end = attribute + (load<i32>(row, SPAN_ATTRIBUTE_COUNT) << 2); attribute < end; attribute += 4) {
    const known = load<i32>(load<i32>(attribute, KEY) << 2, KNOWN_KEYS)
    if (known < 0) continue
    const type = load<i32>(attribute, TYPE)
    if (type === EMPTY) continue
    if (type === STRING && load<i32>(attribute, VALUE_START) === load<i32>(attribute, VALUE_END)) continue
    const key = keys + (known << 2)
    let action = actions + (load<i32>(key) << 4)
    for (const last = actions + (load<i32>(key, 4) << 4); action < last; action += 16) {
      if (load<i32>(action) === FIELD) offer(load<i32>(action, 4), load<i32>(action, 8), attribute)
      else if (!act(action, attribute)) return false
    }
  }
  return true
}

/** All but the plainest action; false where too many are deferred. */
function act(action: i32, attribute: i32): bool {
  const operand = load<i32>(action, 4)
  switch (load<i32>(action)) {
    case FIELD_EXCEPT:
      if (!isInSet(wordAt(attribute), load<i32>(action, 12))) offer(operand, load<i32>(action, 8), attribute)
      return true
    case PROFILE: {
      const words = load<i32>(action, 8)
      if (words < 0 || isInSet(wordAt(attribute), words)) mask |= operand
      return true
    }
    case WORD:
      store<i32>(operand << 2, wordAt(attribute), FOUND_WORDS)
      return true
    case STATUS:
      offerStatus(operand, attribute)
      return true
    default: {
      if (pendingActions === PENDING_MAX) return false
      const pending = pendingActions++ << 3
      store<i32>(pending, operand, PENDING)
      store<i32>(pending, attribute, PENDING + 4)
      return true
    }
  }
}

/** Takes the attribute for the status unless a stronger source was seen. */
export function offerStatus(source: i32, attribute: i32): void {
  if (source > statusSource) return
  statusSource = source
  statusAt = attribute >> 2
}

/** Takes the attribute for the field unless a better source was seen; the same key said again wins. */
export function offer(number: i32, rank: i32, attribute: i32): void {
  const field = number << 2
  if (rank > load<i32>(field, RANKS)) return
  store<i32>(field, rank, RANKS)
  store<i32>(field, attribute >> 2, AT)
  store<i32>(field, -1, JSON_STARTS)
  found |= load<i32>(load<i32>(FIELD_MARKS) + field)
}

/** Takes a place inside the attribute's JSON text for the field. */
export function offerJson(field: i32, rank: i32, attribute: i32, start: i32, end: i32): void {
  offer(field, rank, attribute)
  store<i32>(field << 2, start, JSON_STARTS)
  store<i32>(field << 2, end, JSON_ENDS)
  hasJson = true
}

/** The word of a text or boolean value; below -1 if no rule names it. */
export function wordAt(attribute: i32): i32 {
  const type = load<i32>(attribute, TYPE)
  const start = load<i32>(attribute, VALUE_START)
  let word = -1
  if (type === STRING) word = findText(load<i32>(WORDS), BODY + start, load<i32>(attribute, VALUE_END) - start)
  else if (type === BOOL) word = load<i32>(load<u8>(start, BODY) === 0 ? FALSE_WORD : TRUE_WORD)
  return word < 0 ? NO_WORD : word
}

export function isInSet(word: i32, set: i32): bool {
  return word >= 0 && load<u8>(load<i32>(WORD_SETS) + set * load<i32>(WORD_SET_BYTES) + word) === 1
}
