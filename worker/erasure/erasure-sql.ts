/** Which rows an erasure means, as SQL over each table. Values are bound; see {@link parametersOf}. */
import { type ErasureTarget, fieldValue, instanceSubject, LOG_ALIASES, subjectHash } from '@runlens/clickhouse'

export interface Erasure {
  tenant: string
  id: string
  target: ErasureTarget
  subjectHash: string
}

export function parametersOf({ tenant, id, subjectHash: subject }: Erasure) {
  return { tenant, erasure: id, subject }
}

const is = (text: string) => `${subjectHash(text)} = {subject:String}`

const ERASED = `SELECT key_hash FROM erased_keys WHERE tenant = {tenant:String} AND erasure_id = {erasure:String}`
const KEY = 'sipHash128(toString(execution_id), toString(instance))'

/** Traces that go as a whole. */
export const IS_ERASED_TRACE = `sipHash128(trace_id) IN (${ERASED})`
/** Executions that go. */
export const IS_ERASED_KEY = `${KEY} IN (${ERASED})`

/** Columns of executions and of their log that name the target. */
function namesTarget(target: ErasureTarget): string {
  if (target === 'execution') return is('execution_id')
  if (target === 'instance_execution') return is(instanceSubject('execution_id', 'instance'))
  return is(target === 'user' ? 'user_id' : 'conversation_id')
}

/** Hashes of executions: whichever version of one it was that named the target. */
export function keysToErase(target: ErasureTarget): string {
  return `SELECT DISTINCT ${KEY} FROM executions WHERE tenant = {tenant:String} AND (${namesTarget(target)} OR ${IS_ERASED_TRACE})`
}

/** Hashes of traces in which only executions that go are. */
export const TRACES_TO_ERASE = `SELECT DISTINCT sipHash128(trace_id) FROM trace_executions
WHERE tenant = {tenant:String} AND ${IS_ERASED_KEY} AND trace_id NOT IN
(
  SELECT trace_id FROM trace_executions
  WHERE tenant = {tenant:String} AND NOT (${IS_ERASED_KEY})
    AND (execution_id, instance) IN (SELECT execution_id, instance FROM executions FINAL WHERE tenant = {tenant:String})
)`

/** Rows of the log of changes: those of executions that go, and those that name the target by themselves. */
export function isDoomedChange(target: ErasureTarget): string {
  return `tenant = {tenant:String} AND (${namesTarget(target)} OR ${IS_ERASED_KEY})`
}

/**
 * Rows of what executions are looked for by: those of executions that go, and those that name the target by themselves, whoever the newest version names.
 * Those in which what goes is the parent of others stay, as `executions` does: what another execution says of itself.
 */
export function isDoomedTerm(target: ErasureTarget): string {
  const names = {
    user: `(term = 'user_id' AND ${is('value')})`,
    conversation: `(term = 'conversation_id' AND ${is('value')})`,
    execution: is('execution_id'),
    instance_execution: is(instanceSubject('execution_id', 'instance')),
  }
  return `tenant = {tenant:String} AND (${names[target]} OR ${IS_ERASED_KEY})`
}

/** What a span says by itself; '0' where spans can't name the target for certain. */
function ownField(target: ErasureTarget): string {
  if (target === 'user') return is(fieldValue('user_id'))
  if (target === 'conversation') return is(fieldValue('conversation_id'))
  // Ids of executions stand on their entries, which their memberships find.
  return '0'
}

/** Attributes of a log record that name a user or a conversation. */
const LOG_KEYS = {
  user: ['user.id', 'enduser.id'],
  conversation: ['gen_ai.conversation.id', 'session.id'],
} as const

function ownAttribute(target: ErasureTarget): string {
  if (target !== 'user' && target !== 'conversation') return '0'
  const attributes = LOG_ALIASES.attributes!.sql
  return LOG_KEYS[target].map((key) => is(`(${attributes})['${key}']`)).join(' OR ')
}

export const RAW_TABLES = ['spans', 'markers', 'arrivals', 'logs'] as const
export type RawTable = (typeof RAW_TABLES)[number]

/**
 * Whether settling has seen its trace whole. If not, a span that names the target is left to the next sweep: taken alone, it would leave the
 * other spans of its execution behind, and no execution that says whose they are. A span can be seen shortly before its arrival, so that one
 * that was just received waits in any case. When it was is its collector's word, whose clock is not the one of arrivals.
 */
const IS_SETTLED = `received_at <= fromUnixTimestamp64Micro({seen:Int64})
  AND trace_id NOT IN (SELECT trace_id FROM arrivals WHERE tenant = {tenant:String} AND arrived_at > fromUnixTimestamp64Micro({settled:Int64}))`

/** Takes {@link parametersOf}, `settled`, the arrival up to which all is settled, and `seen`, when what arrives can be seen by now; microseconds since the epoch. */
export function isDoomedRaw(table: RawTable, target: ErasureTarget): string {
  const own = table === 'logs' ? ownAttribute(target) : `(${ownField(target)} AND ${IS_SETTLED})`
  return `tenant = {tenant:String} AND (${IS_ERASED_TRACE} OR ${own}
  OR sipHash128(trace_id, span_id) IN (${ERASED}))`
}

/** Traces of executions that go in which others stay, and those of others in which spans name the target themselves. */
export function sharedTraces(target: ErasureTarget): string {
  return `SELECT DISTINCT lower(hex(trace_id)) AS trace FROM
(
  SELECT trace_id FROM trace_executions WHERE tenant = {tenant:String} AND ${IS_ERASED_KEY}
  UNION ALL
  SELECT trace_id FROM spans WHERE tenant = {tenant:String} AND ${ownField(target)}
  UNION ALL
  SELECT trace_id FROM markers WHERE tenant = {tenant:String} AND ${ownField(target)}
)
WHERE NOT (${IS_ERASED_TRACE})
ORDER BY trace`
}
