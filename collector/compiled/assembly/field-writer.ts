/** Writes what one span says of itself to the columns of the mapping, as `mapping/spans/field-writer.ts` does. */
import { INT, STRING } from './any-types'
import { found, jsonEndOf, jsonStartOf, mask, rankOf, sourceOf } from './attribute-scan'
import { findText } from './bytes-table'
import { hasEscape } from './json-member'
import { BODY, JOINED, MAPPED_NUMBERS, MAPPED_TEXTS, SPAN_STRIDE } from './layout'
import { smallInt, writeNumbers } from './mapped-numbers'
import {
  BEFORE_NAMES,
  DEFAULT_TEXT,
  EXECUTION_KINDS,
  HTTP_TEXT,
  NUMERIC_MARKS,
  PLAIN_FIELDS,
  PLAIN_MARKS,
  PREFIXED,
  PROFILE_NUMBERS,
  PROFILES,
  QUEUE_TEXT,
  SMALL_INTS,
  SMALL_INTS_MAX,
  STEP_TYPES,
} from './mapping-places'
import { CANDIDATE, executionKind, nameBytes, prefixOf, role, rule, STEP, stepType } from './role-rules'
import { writeStatus } from './span-status'
import { KEY_END, KEY_START, SPAN_KIND, SPAN_NAME_END, SPAN_NAME_START, TYPE, VALUE_END, VALUE_START } from './tables'

// `SOURCE_FIELDS` of `mapping/spans/profile.ts`.
const EXECUTION_KIND: i32 = 1
const INSTANCE: i32 = 3
const WORKFLOW_ID: i32 = 4
const WORKFLOW_NAME: i32 = 5
const MODE: i32 = 7
const ENVIRONMENT: i32 = 8
const STEP_NAME: i32 = 11
const STEP_TYPE: i32 = 12
const INPUT_KEY: i32 = 22
const OUTPUT_KEY: i32 = 23
/** The column of a text that is no field: it stands behind that of the first one. */
const PROVIDER_COLUMN: i32 = 1

const SERVER: i32 = 2
const CONSUMER: i32 = 5
const NO_TEXT: i32 = -1

/** Spans whose name TypeScript joins: the numbers of spans and attributes stand at `JOINED`. */
export let joinedNames: i32 = 0
let instanceStart: i32 = 0
let instanceEnd: i32 = 0
/** Whether a value was found that TypeScript must look at. */
let isLeft: bool = false

/** Of a scope: none is joined yet; the instance of spans that name none. */
export function leaveNames(start: i32, end: i32): void {
  joinedNames = 0
  instanceStart = start
  instanceEnd = end
}

/** Whether all could be written. */
export function writeFields(span: i32): bool {
  const row = span << 2
  isLeft = false
  store<u8>(span, role, MAPPED_NUMBERS)
  store<u8>(span, rule, MAPPED_NUMBERS + SPAN_STRIDE)
  if (!writeStatus(span, role)) return false
  for (let rest = found & load<i32>(PLAIN_MARKS); rest !== 0; rest &= rest - 1) {
    copy(row, load<i32>(load<i32>(PLAIN_FIELDS) + (ctz(rest) << 2)))
  }
  if (!copy(row, INSTANCE)) put(row, columnOf(INSTANCE), instanceStart, instanceEnd)
  if (!copy(row, ENVIRONMENT)) put(row, columnOf(ENVIRONMENT), load<i32>(DEFAULT_TEXT), 0)
  put(row, MAPPED_TEXTS + PROVIDER_COLUMN * 2 * SPAN_STRIDE, provider(), 0)
  writeKey(row, INPUT_KEY)
  writeKey(row, OUTPUT_KEY)
  const executes = role >= CANDIDATE
  writeWorkflow(row, executes)
  if (!copy(row, MODE) && executes) writeMode(row)
  if (executes) writeWord(row, EXECUTION_KIND, load<i32>(EXECUTION_KINDS), executionKind)
  if (role >= STEP) {
    if (!copy(row, STEP_NAME)) putName(row, columnOf(STEP_NAME))
    writeWord(row, STEP_TYPE, load<i32>(STEP_TYPES), stepType)
  }
  if ((found & load<i32>(NUMERIC_MARKS)) !== 0 && !writeNumbers(span)) return false
  return !isLeft
}

/** Of the texts that are fields: all but the first stand behind the provider. */
function columnOf(field: i32): i32 {
  return MAPPED_TEXTS + (field === 0 ? 0 : field + 1) * 2 * SPAN_STRIDE
}

function put(row: i32, column: i32, start: i32, end: i32): void {
  store<i32>(column + row, start)
  store<i32>(column + SPAN_STRIDE + row, end)
}

/** The attribute's value as the field's text; false where there is none. */
function copy(row: i32, field: i32): bool {
  const source = sourceOf(field)
  if (source < 0) return false
  const json = jsonStartOf(field)
  if (json >= 0) {
    isLeft = isLeft || hasEscape(json, jsonEndOf(field))
    put(row, columnOf(field), json, jsonEndOf(field))
    return true
  }
  const attribute = source << 2
  const type = load<i32>(attribute, TYPE)
  const start = load<i32>(attribute, VALUE_START)
  const end = load<i32>(attribute, VALUE_END)
  if (type === STRING) {
    put(row, columnOf(field), start, end)
    return true
  }
  const value = type === INT ? smallInt(start, end) : -1
  if (value >= 0 && value < load<i32>(SMALL_INTS_MAX)) {
    store<i32>(columnOf(field) + row, load<i32>(load<i32>(SMALL_INTS) + (value << 2)))
    return true
  }
  isLeft = true
  return true
}

function provider(): i32 {
  return mask === 0 ? NO_TEXT : load<i32>(load<i32>(PROFILES) + ctz(mask) * PROFILE_NUMBERS * 4, 20)
}

function writeKey(row: i32, field: i32): void {
  const source = sourceOf(field)
  if (source >= 0) put(row, columnOf(field), load<i32>(source << 2, KEY_START), load<i32>(source << 2, KEY_END))
}

function writeWorkflow(row: i32, executes: bool): void {
  const name = columnOf(WORKFLOW_NAME)
  if (copy(row, WORKFLOW_NAME)) prepend(row)
  else if (executes) putName(row, name)
  if (!copy(row, WORKFLOW_ID)) {
    put(row, columnOf(WORKFLOW_ID), load<i32>(name + row), load<i32>(name + SPAN_STRIDE + row))
  }
}

/** `GET` before `/orders/:id`, where the source asks for it: TypeScript makes that text, once of many. */
function prepend(row: i32): void {
  const field = load<i32>(load<i32>(BEFORE_NAMES) + (rankOf(WORKFLOW_NAME) << 2))
  const before = field < 0 ? -1 : sourceOf(field)
  if (before < 0) return
  const name = sourceOf(WORKFLOW_NAME)
  if (load<i32>(before << 2, TYPE) !== STRING || load<i32>(name << 2, TYPE) !== STRING) {
    isLeft = true
    return
  }
  const joined = joinedNames++ << 2
  store<i32>(joined, row >> 2, JOINED)
  store<i32>(joined, before, JOINED + SPAN_STRIDE)
  store<i32>(joined, name, JOINED + 2 * SPAN_STRIDE)
  // So that TypeScript knows an id that follows the name.
  put(row, columnOf(WORKFLOW_NAME), NO_TEXT, 0)
}

/** The span's name without the operation word that its profile puts before. */
function putName(row: i32, column: i32): void {
  const start = load<i32>(row, SPAN_NAME_START)
  const end = load<i32>(row, SPAN_NAME_END)
  if (start < 0 || start === end) return
  for (let rest = mask & load<i32>(PREFIXED); rest !== 0; rest &= rest - 1) {
    const profile = load<i32>(PROFILES) + ctz(rest) * PROFILE_NUMBERS * 4
    const bytes = prefixOf(row, load<i32>(profile, 12), load<i32>(profile, 16), nameBytes(row) - 1)
    if (bytes < 0) continue
    put(row, column, start + bytes, end)
    return
  }
  put(row, column, start, end)
}

function writeMode(row: i32): void {
  const own = load<i32>(row, SPAN_KIND)
  if (own === SERVER) put(row, columnOf(MODE), load<i32>(HTTP_TEXT), 0)
  else if (own === CONSUMER) put(row, columnOf(MODE), load<i32>(QUEUE_TEXT), 0)
}

/** A word of a closed vocabulary: the attribute's where it is one, else the rule's. */
function writeWord(row: i32, field: i32, words: i32, fallback: i32): void {
  const source = sourceOf(field)
  if (source >= 0 && load<i32>(source << 2, TYPE) === STRING) {
    const start = load<i32>(source << 2, VALUE_START)
    const end = load<i32>(source << 2, VALUE_END)
    if (findText(words, BODY + start, end - start) >= 0) {
      put(row, columnOf(field), start, end)
      return
    }
  }
  put(row, columnOf(field), fallback, 0)
}
