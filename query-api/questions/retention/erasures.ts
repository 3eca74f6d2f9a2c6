/** One erasure by its id, and how many wait. */
import { nanoseconds, Parameters, type Question, rowsOf, type Scope } from '../question.ts'

export interface StoredErasure {
  id: string
  target: 'execution' | 'instance_execution' | 'user' | 'conversation'
  state: 'queued' | 'running' | 'waiting_for_mutation' | 'done' | 'failed'
  requested_ns: string
  /** '0' before it is done. */
  ended_ns: string
  suppressed_ns: string
  /** `{rows: {table: n}}` */
  erased_json: string
  fault: string
}

export function findErasure(scope: Scope, id: string): Question<StoredErasure> {
  const parameters = new Parameters()
  const time = (column: string) => nanoseconds(`toDateTime64(${column}, 9)`)
  const rows = rowsOf('erasures', scope, parameters, [`id = ${parameters.bind('id', 'String', id)}`])
  const sql = `SELECT
  id,
  target,
  state,
  ${time('requested_at')} AS requested_ns,
  ${time('ended_at')} AS ended_ns,
  ${time('suppressed_until')} AS suppressed_ns,
  erased_json,
  fault
${rows}`
  return { name: 'find-erasure', sql, params: parameters.values }
}

export function countErasures(scope: Scope): Question<{ n: string | number }> {
  const parameters = new Parameters()
  const rows = rowsOf('erasures', scope, parameters, [
    "state IN ('queued', 'running', 'waiting_for_mutation', 'failed')",
  ])
  return { name: 'count-erasures', sql: `SELECT count() AS n\n${rows}`, params: parameters.values }
}
