/** The last runs of retention for a tenant, the newest first. */
import { nanoseconds, Parameters, type Question, rowsOf, type Scope } from '../question.ts'

export interface RetentionRun {
  id: string
  state: 'queued' | 'running' | 'done' | 'failed'
  trigger: 'schedule' | 'request'
  requested_ns: string
  /** '0' before it began. */
  started_ns: string
  ended_ns: string
  /** Rows by table, an object. */
  removed_json: string
  fault: string
}

export const RUNS_SHOWN = 10

export function retentionRuns(scope: Scope): Question<RetentionRun> {
  const parameters = new Parameters()
  const time = (column: string) => nanoseconds(`toDateTime64(${column}, 9)`)
  const sql = `SELECT
  id,
  state,
  trigger,
  ${time('requested_at')} AS requested_ns,
  ${time('started_at')} AS started_ns,
  ${time('ended_at')} AS ended_ns,
  removed_json,
  fault
${rowsOf('retention_runs', scope, parameters, [])}
ORDER BY requested_at DESC, id
LIMIT ${RUNS_SHOWN}`
  return { name: 'retention-runs', sql, params: parameters.values }
}
