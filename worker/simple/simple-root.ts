/**
 * Says of a trace whether it is *simple*: one execution without any doubt or failure, so that nothing needs to be decided. All others go
 * to `settle`, which decides. Simple is a trace
 * - of few spans, each once, all ended, told of by no marker;
 * - with one span without a parent, which is an execution by itself and has ended with success;
 * - whose other spans all hang below it, and are neither executions themselves nor failed steps.
 */
import { type ArrivalTable, STATUS_BY_NUMBER } from '@runlens/clickhouse'
import { ROLES, type Status, UNSUCCESSFUL_STATUSES } from '@runlens/conventions'

/** Spans of a simple trace at most: each is looked for among the others. */
const SPANS_MAX = 64

const [CANDIDATE, ENTRY, STEP] = [ROLES.indexOf('candidate'), ROLES.indexOf('entry'), ROLES.indexOf('step')]
const SUCCESS = STATUS_BY_NUMBER.indexOf('success')
/** By number. */
const IS_UNSUCCESSFUL = STATUS_BY_NUMBER.map((status) =>
  (UNSUCCESSFUL_STATUSES as readonly (Status | '')[]).includes(status),
)
/** OTLP's status code of a failure. */
const STATUS_ERROR = 2
/** A candidate by this rule is never a step; one found by a later rule than 3 has executions below it that others would have as steps. */
const REQUEST_RULE = 5
const OUTERMOST_RULE = 3

/**
 * @param rows of one trace
 * @param payloadBytesMax cap of an execution's input and output: attributes that are longer all together may hold one to be cut
 * @returns the row of the span that is the execution, -1 if the trace is not simple
 */
export function simpleRoot(table: ArrivalTable, rows: Uint32Array, payloadBytesMax: number): number {
  if (rows.length > SPANS_MAX) return -1
  let root = -1
  for (const row of rows) {
    if (table.endedAt.isZero(row) || table.labelsOf(row).marker !== '') return -1
    if (!table.isRoot(row)) continue
    if (root >= 0) return -1
    root = row
  }
  if (root < 0 || !isExecution(table, root, payloadBytesMax)) return -1
  const hasInner = table.labelsOf(root).rule > OUTERMOST_RULE
  for (const row of rows) if (row !== root && !isPlain(table, row, hasInner)) return -1
  return hangTogether(table, rows) ? root : -1
}

function isExecution(table: ArrivalTable, row: number, payloadBytesMax: number): boolean {
  const role = table.roles[row]!
  if (role !== ENTRY && role !== CANDIDATE) return false
  const status = table.statuses[row]!
  if (status !== SUCCESS && (status !== 0 || table.statusCodes[row] === STATUS_ERROR)) return false
  if (table.valueBytesOf(row) <= payloadBytesMax) return true
  const { input_key, output_key, attribute_keys } = table.labelsOf(row)
  return input_key === '' && output_key === '' && !attribute_keys.includes('')
}

function isPlain(table: ArrivalTable, row: number, hasInner: boolean): boolean {
  const role = table.roles[row]!
  if (role === ENTRY) return false
  if (role !== STEP && role !== CANDIDATE) return true
  if (role === CANDIDATE && table.labelsOf(row).rule !== REQUEST_RULE && hasInner) return false
  return !isStep(table, row) || !IS_UNSUCCESSFUL[table.statuses[row]!]
}

/** Whether a span below the root of a simple trace is a step of its execution. */
export function isStep(table: ArrivalTable, row: number): boolean {
  const role = table.roles[row]!
  return role === STEP || (role === CANDIDATE && table.labelsOf(row).rule !== REQUEST_RULE)
}

const parents = new Int8Array(SPANS_MAX)

/** Whether ids differ, and from every span parents lead to the one root. */
function hangTogether(table: ArrivalTable, rows: Uint32Array): boolean {
  const { spanIds, parentIds } = table
  const { length } = rows
  for (let a = 0; a < length; a++) {
    const row = rows[a]!
    const isRoot = table.isRoot(row)
    let parent = -1
    for (let b = 0; b < length; b++) {
      const [low, high] = [spanIds[2 * rows[b]!]!, spanIds[2 * rows[b]! + 1]!]
      if (b < a && low === spanIds[2 * row] && high === spanIds[2 * row + 1]) return false
      if (!isRoot && low === parentIds[2 * row] && high === parentIds[2 * row + 1]) parent = b
    }
    if (parent < 0 && !isRoot) return false
    parents[a] = parent
  }
  // Whoever has not reached the root after so many steps goes round in a circle.
  for (let a = 0; a < length; a++) {
    let at = a
    for (let climbed = 0; parents[at]! >= 0; climbed++) {
      if (climbed > length) return false
      at = parents[at]!
    }
  }
  return true
}
