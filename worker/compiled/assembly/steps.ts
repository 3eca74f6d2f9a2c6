/** Steps of the execution of a simple trace: which spans they are, in which order, and what they are called. */
import { HAS_STEP_NAME, labelsOf, RULE, STEP_NAME } from './label-records'
import { NAMES, ROLES, ROWS, SPAN_IDS, STARTED_AT, STEPS, WORD_ENDS, WORD_STARTS } from './layout'
import { candidate, step } from './numbers'

/** A candidate by this rule is never a step. */
export const REQUEST_RULE: i32 = 5

/** Whether a span below the root of a simple trace is a step of its execution. */
export function isStep(row: i32): bool {
  const role: i32 = load<u8>(ROLES + row)
  return role === step || (role === candidate && load<i32>(labelsOf(row) + RULE) !== REQUEST_RULE)
}

/**
 * Puts the steps into `STEPS`, by start, then span id; gives how many.
 * @param from place of the trace's first row in `ROWS`: a step is known by its place
 */
export function orderSteps(from: i32, to: i32, root: i32): i32 {
  let count = 0
  for (let place = from; place < to; place++) {
    const row = load<i32>(ROWS + (place << 2))
    if (row === root || !isStep(row)) continue
    let at = count++
    for (; at > 0; at--) {
      const before = load<i32>(STEPS + (at << 2) - 4)
      if (!isBefore(row, load<i32>(ROWS + (before << 2)))) break
      store<i32>(STEPS + (at << 2), before)
    }
    store<i32>(STEPS + (at << 2), place)
  }
  return count
}

export function stepPlace(n: i32): i32 {
  return load<i32>(STEPS + (n << 2))
}

export function stepRow(n: i32): i32 {
  return load<i32>(ROWS + (stepPlace(n) << 2))
}

function isBefore(a: i32, b: i32): bool {
  const startA = load<i64>(STARTED_AT + (a << 3))
  const startB = load<i64>(STARTED_AT + (b << 3))
  if (startA !== startB) return startA < startB
  return bswap(load<u64>(SPAN_IDS + (a << 3))) < bswap(load<u64>(SPAN_IDS + (b << 3)))
}

/** Where the name that was asked for last ends. */
export let nameEnd: i32 = 0

/** Where the name of a step begins: its span's, unless it has one of its own. */
export function stepName(row: i32): i32 {
  const labels = labelsOf(row)
  if (load<i32>(labels + HAS_STEP_NAME) === 0) {
    const word = load<i32>(NAMES + (row << 2)) << 2
    nameEnd = load<i32>(WORD_ENDS + word)
    return load<i32>(WORD_STARTS + word)
  }
  let start = load<i32>(labels + STEP_NAME)
  nameEnd = start + load<i32>(labels + STEP_NAME + 4)
  // Behind its length.
  while (load<u8>(start) > 127) start++
  return start + 1
}

export function haveSameName(a: i32, b: i32): bool {
  const startA = stepName(a)
  const length = nameEnd - startA
  const startB = stepName(b)
  return nameEnd - startB === length && memory.compare(startA, startB, length) === 0
}
