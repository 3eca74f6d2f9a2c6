/** The saved views of a tenant. */
import { nanoseconds, Parameters, type Question, rowsOf, type Scope } from '../question.ts'

export interface SavedView {
  id: string
  name: string
  owner: string
  /** Of an object. */
  filter_json: string
  created_ns: string
  updated_ns: string
}

export const VIEWS_MAX = 500

export function savedViews(scope: Scope): Question<SavedView> {
  const parameters = new Parameters()
  const sql = `SELECT
  id,
  name,
  owner,
  filter_json,
  ${nanoseconds('toDateTime64(created_at, 9)')} AS created_ns,
  ${nanoseconds('toDateTime64(updated_at, 9)')} AS updated_ns
${rowsOf('saved_views', scope, parameters, ['is_deleted = 0'])}
ORDER BY name, id
LIMIT ${VIEWS_MAX * 2}`
  return { name: 'saved-views', sql, params: parameters.values }
}
