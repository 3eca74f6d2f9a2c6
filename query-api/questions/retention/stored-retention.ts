/** How long a tenant keeps what, as it was set. */
import { nanoseconds, Parameters, type Question, rowsOf, type Scope } from '../question.ts'

export interface StoredRetention {
  /** See `parseRetentionSettings`. */
  settings_json: string
  updated_by: string
  updated_ns: string
}

export function storedRetention(scope: Scope): Question<StoredRetention> {
  const parameters = new Parameters()
  const sql = `SELECT
  settings_json,
  updated_by,
  ${nanoseconds('toDateTime64(updated_at, 9)')} AS updated_ns
${rowsOf('retention_rules', scope, parameters, ['is_deleted = 0'])}
LIMIT 1`
  return { name: 'stored-retention', sql, params: parameters.values }
}
