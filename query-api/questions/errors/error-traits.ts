/** What executions are like: how many of a sample have each value of each field, for failures of one group and for successes beside them. */
import { LOST_FINGERPRINT } from '@runlens/clickhouse'
import type { FiguresPlan } from '../figures.ts'
import { sinceNewest } from '../newest-hours.ts'
import { indent, Parameters, type Question, rowsOf, type Scope } from '../question.ts'
import { type ErrorFilter, errorScopeConditions, groupConditions } from './error-rows.ts'

export interface TraitRow {
  /** Name of the field, {@link TRAIT_SEPARATOR}, value; '' stands for all executions of the sample. */
  trait: string
  executions: string | number
}

export const TRAIT_SEPARATOR = '\u001f'
/** Attribute fields begin with this. */
export const ATTRIBUTE_FIELD = 'attr.'

/** Attributes of one execution, and characters of a value, that are looked at. */
const ATTRIBUTES_MAX = 100
const VALUE_MAX = 256
/** Traits that are looked for among successes. */
export const TRAITS_MAX = 200

/** Attributes, by their field, that say how it ended, which sets failures apart by definition, or that are a column already. */
const SAYS_OUTCOME =
  '[._](status|state|result|error|exception|stack|output)|^attr[.](user|session|enduser)[.]id$|^attr[.]runlens[.]execution[.]attempt$'

const FIELDS: Readonly<Record<string, string>> = {
  workflow: 'toString(workflow_id)',
  version: 'toString(workflow_version)',
  environment: 'toString(environment)',
  service: 'toString(service)',
  user: 'user_id',
  conversation: 'conversation_id',
  mode: 'toString(mode)',
  provider: 'toString(provider)',
  instance: 'toString(instance)',
  database: 'toString(database_type)',
  attempt: 'toString(attempt)',
}

const COLUMNS = [
  'workflow_id',
  'workflow_version',
  'environment',
  'service',
  'user_id',
  'conversation_id',
  'mode',
  'provider',
  'database_type',
  'attempt',
]

/** The commonest traits of the newest failures of a group. */
export function failureTraits(
  scope: Scope,
  filter: ErrorFilter,
  fingerprint: string,
  sample: number,
  plan: FiguresPlan,
): Question<TraitRow> {
  const parameters = new Parameters()
  const scoped = errorScopeConditions(filter, parameters)
  const conditions = [
    ...rangeConditions(filter, parameters),
    ...scoped,
    ...groupConditions(fingerprint, filter.silence, parameters),
  ]
  // No rollup knows the lost ones.
  if (plan.source === 'rollup' && fingerprint !== LOST_FINGERPRINT) {
    const ofGroup = `error_fingerprint = ${parameters.bind('group', 'String', fingerprint)}`
    const inRange = rangeConditions(filter, parameters, 'hour')
    conditions.unshift(sinceNewest('error_hours', scope, [...inRange, ofGroup, ...scoped], sample, parameters))
  }
  const versions = rowsOf('execution_versions', scope, parameters, conditions)
  // All versions of an execution share their anchor. Failures lie far from one another: each costs a granule of attributes.
  const newest = `SELECT anchor_at\n${versions}\nORDER BY started_at DESC\nLIMIT 1 BY anchor_at\nLIMIT ${parameters.bind('sample', 'UInt32', sample)}`
  const rows = rowsOf('executions', scope, parameters, [`anchor_at IN (\n${indent(newest)}\n  )`, ...conditions])
  const sql = countTraits(`${rows}\nORDER BY started_at DESC`, sample, '', parameters)
  return { name: `failure-traits-${plan.source}`, sql, params: parameters.values }
}

export interface SuccessSample {
  workflowIds: readonly string[]
  /** One execution in so many is looked at: of slices of the range that lie evenly in it, or by its id. */
  oneIn: number
  by: 'slice' | 'id'
  /** Executions at most. */
  executions: number
}

const SLICES = 24n

/**
 * How many successes of the same workflows have these traits. Versions are read as they lie, because merging would read the range whole: one that
 * was a success once and is none any more counts as one.
 */
export function successTraits(
  scope: Scope,
  filter: ErrorFilter,
  sample: SuccessSample,
  traits: readonly string[],
): Question<TraitRow> {
  const parameters = new Parameters()
  const rows = rowsOf('execution_versions', scope, parameters, [
    ...successConditions(filter, sample.workflowIds, parameters),
    sample.by === 'slice'
      ? inSlices(filter, sample.oneIn, parameters)
      : `cityHash64(execution_id) % ${parameters.bind('one_in', 'UInt32', sample.oneIn)} = 0`,
  ])
  const wanted = `WHERE trait IN ${parameters.bind('traits', 'Array(String)', traits)}\n`
  const sql = countTraits(rows, sample.executions, wanted, parameters)
  return { name: `success-traits-by-${sample.by}`, sql, params: parameters.values }
}

/** The middle of each equal part of the range: an index finds these, where a hash would have every row read. */
function inSlices({ range: { from, to } }: ErrorFilter, oneIn: number, parameters: Parameters): string {
  const part = (to - from) / SLICES
  const length = part / BigInt(oneIn) + 1n
  const slices = Array.from({ length: Number(SLICES) }, (_, index) => {
    const begin = from + part * BigInt(index) + (part - length) / 2n
    const [after, before] = [begin, begin + length].map((at, side) => parameters.bindTime(`slice_${index}_${side}`, at))
    return `(started_at >= ${after} AND started_at < ${before})`
  })
  return `(${slices.join('\n    OR ')})`
}

/** About how many successes of these workflows there are: of executions that were amended each version counts, and hours count whole. */
export function countSuccesses(
  scope: Scope,
  filter: ErrorFilter,
  workflowIds: readonly string[],
  plan: FiguresPlan,
): Question<{ executions: string | number }> {
  const parameters = new Parameters()
  const [time, rows, n] =
    plan.source === 'raw'
      ? (['started_at', 'execution_versions', 'count()'] as const)
      : (['hour', 'execution_hours', 'sum(executions)'] as const)
  const counted = rowsOf(rows, scope, parameters, successConditions(filter, workflowIds, parameters, time))
  return {
    name: `count-successes-${plan.source}`,
    sql: `SELECT ${n} AS executions\n${counted}`,
    params: parameters.values,
  }
}

function successConditions(
  filter: ErrorFilter,
  workflowIds: readonly string[],
  parameters: Parameters,
  time: 'started_at' | 'hour' = 'started_at',
): string[] {
  return [
    ...rangeConditions(filter, parameters, time),
    ...errorScopeConditions(filter, parameters),
    "status = 'success'",
    `workflow_id IN ${parameters.bind('workflow_ids', 'Array(String)', workflowIds)}`,
  ]
}

function rangeConditions(
  { range }: ErrorFilter,
  parameters: Parameters,
  time: 'started_at' | 'hour' = 'started_at',
): string[] {
  return [`${time} >= ${parameters.bindTime('from', range.from)}`, `${time} < ${parameters.bindTime('to', range.to)}`]
}

/** Each execution of `rows` once, in any of its versions. */
function countTraits(rows: string, sample: number, wanted: string, parameters: Parameters): string {
  const fields = Object.entries(FIELDS).map(([name, value]) => `('${name}', ${value})`)
  const said = `arrayMap((k, v) -> (concat('${ATTRIBUTE_FIELD}', toString(k)), v), mapKeys(attributes), mapValues(attributes))`
  const telling = `arrayFilter(t -> NOT match(lower(t.1), '${SAYS_OUTCOME}'), ${said})`
  const pairs = `arrayConcat([${fields.join(', ')}], arraySlice(${telling}, 1, ${ATTRIBUTES_MAX}))`
  const known = `arrayFilter(t -> t.2 != '' AND lengthUTF8(t.2) <= ${VALUE_MAX}, ${pairs})`
  const traits = `arrayDistinct(arrayConcat([''], arrayMap(t -> concat(t.1, '\\x1F', t.2), ${known})))`
  return `SELECT
  trait,
  count() AS executions
FROM (
  SELECT arrayJoin(${traits}) AS trait
  FROM (
    SELECT
      execution_id,
      instance,
      started_at,
      ${COLUMNS.join(',\n      ')},
      attributes
${indent(indent(rows))}
    LIMIT 1 BY execution_id, instance
    LIMIT ${parameters.bind('sample', 'UInt32', sample)}
  )
)
${wanted}GROUP BY trait
ORDER BY executions DESC, trait
LIMIT ${parameters.bind('limit', 'UInt32', TRAITS_MAX + 1)}`
}
