/** What a span is by the rules of its profiles, as `mapping/spans/role-rules.ts` decides it. */
import { foundWord, isInSet, mask } from './attribute-scan'
import { findText, isSame } from './bytes-table'
import { BODY } from './layout'
import {
  CONDITIONS,
  NAME_READERS,
  PREFIXES,
  PROFILE_NUMBERS,
  PROFILES,
  RULE_NUMBERS,
  RULES,
  WORDS,
} from './mapping-places'
import {
  SPAN_END_TIME,
  SPAN_KIND,
  SPAN_NAME_END,
  SPAN_NAME_START,
  SPAN_PARENT_SPAN_ID,
  SPAN_START_TIME,
} from './tables'

// `ROLE_NUMBER` of `conventions/model.ts`.
const OTHER: i32 = 0
export const MARKER: i32 = 1
export const STEP: i32 = 2
export const CANDIDATE: i32 = 3
const ENTRY: i32 = 4

const NO_TEXT: i32 = -1
/** The halves of `.started`, little-endian. */
const DOT_STA: i32 = 0x6174732e
const RTED: i32 = 0x64657472

// What was decided last.
export let role: i32 = 0
export let rule: i32 = 0
export let executionKind: i32 = NO_TEXT
export let stepType: i32 = NO_TEXT

/** The first rule of the claiming profiles that holds; a root that is merely a step begins an execution if a rule says so. */
export function decide(row: i32): void {
  const name = nameOf(row)
  const isRoot = load<i32>(row, SPAN_PARENT_SPAN_ID) < 0
  let step = 0
  for (let rest = mask; rest !== 0; rest &= rest - 1) {
    const profile = load<i32>(PROFILES) + ctz(rest) * PROFILE_NUMBERS * 4
    const skip = load<i32>(profile)
    if (skip >= 0 && isInSet(name, skip)) {
      become(MARKER)
      return
    }
    let at = load<i32>(RULES) + load<i32>(profile, 4) * RULE_NUMBERS * 4
    for (const end = at + load<i32>(profile, 8) * RULE_NUMBERS * 4; at < end; at += RULE_NUMBERS * 4) {
      const becomes = load<i32>(at, 28)
      if (step !== 0 && becomes !== ENTRY) continue
      if (!holds(at, row, name, isRoot)) continue
      if (becomes === STEP && !isRoot && tellsOfStart(row)) {
        become(MARKER)
        return
      }
      if (becomes !== STEP || !isRoot) {
        becomeAs(at)
        if (step !== 0) stepType = load<i32>(step, 40)
        return
      }
      step = at
      break
    }
  }
  if (step !== 0) becomeAs(step)
  else become(!isRoot && tellsOfStart(row) ? MARKER : OTHER)
}

/** By no rule. */
function become(number: i32): void {
  role = number
  rule = 0
  executionKind = NO_TEXT
  stepType = NO_TEXT
}

function becomeAs(at: i32): void {
  role = load<i32>(at, 28)
  rule = load<i32>(at, 32)
  executionKind = load<i32>(at, 36)
  stepType = load<i32>(at, 40)
}

/** The span's name as a word of the rules; negative where it is none, or no claiming profile looks at names. */
function nameOf(row: i32): i32 {
  if ((mask & load<i32>(NAME_READERS)) === 0) return -1
  const start = load<i32>(row, SPAN_NAME_START)
  return findText(load<i32>(WORDS), BODY + start, load<i32>(row, SPAN_NAME_END) - start)
}

function tellsOfStart(row: i32): bool {
  const end = load<i32>(row, SPAN_NAME_END)
  if (nameBytes(row) <= 8 || load<i32>(end - 8, BODY) !== DOT_STA || load<i32>(end - 4, BODY) !== RTED) return false
  const to = load<i32>(row, SPAN_END_TIME)
  return to >= 0 && load<u64>(load<i32>(row, SPAN_START_TIME), BODY) === load<u64>(to, BODY)
}

function holds(at: i32, row: i32, name: i32, isRoot: bool): bool {
  const root = load<i32>(at)
  if (root >= 0 && root !== i32(isRoot)) return false
  const kinds = load<i32>(at, 4)
  if (kinds !== 0) {
    const own = load<i32>(row, SPAN_KIND)
    if (own < 0 || own > 5 || ((kinds >> own) & 1) === 0) return false
  }
  let condition = load<i32>(CONDITIONS) + (load<i32>(at, 8) << 3)
  for (const end = condition + (load<i32>(at, 12) << 3); condition < end; condition += 8) {
    const word = foundWord(load<i32>(condition))
    const words = load<i32>(condition, 4)
    if (words < 0 ? word === -1 : !isInSet(word, words)) return false
  }
  const names = load<i32>(at, 16)
  if (names >= 0 && !isInSet(name, names)) return false
  const prefixes = load<i32>(at, 24)
  return prefixes === 0 || prefixOf(row, load<i32>(at, 20), prefixes, nameBytes(row)) >= 0
}

export function nameBytes(row: i32): i32 {
  return load<i32>(row, SPAN_NAME_END) - load<i32>(row, SPAN_NAME_START)
}

/** The length of the first of some beginnings of at most so many bytes that the span's name has; -1 for none. */
export function prefixOf(row: i32, first: i32, count: i32, bytesMax: i32): i32 {
  const start = load<i32>(row, SPAN_NAME_START)
  let prefix = load<i32>(PREFIXES) + (first << 3)
  for (const end = prefix + (count << 3); prefix < end; prefix += 8) {
    const bytes = load<i32>(prefix, 4)
    if (bytes <= bytesMax && isSame(load<i32>(prefix), BODY + start, bytes)) return bytes
  }
  return -1
}
