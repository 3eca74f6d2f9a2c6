/**
 * What people set, in small tables that every API process reads again every few seconds.
 *
 * Engine: ReplacingMergeTree(updated_at, is_deleted), ordered by tenant and key; read with FINAL. `updated_at` is never written: ClickHouse
 * gives it, so that its clock alone decides which change came last.
 */
import { type Row, table } from './column.ts'

/** Filters of lists that somebody gave a name. ORDER BY (tenant, id). */
export const SAVED_VIEWS = table('saved_views', {
  tenant: 'LowCardinality(String)',
  id: 'String',
  name: 'String',
  /** The user that saved it first; '' for a key that stands for no one. */
  owner: 'String',
  /** An object, at most 16 KiB. */
  filter_json: 'String',
  created_at: 'DateTime64(6)',
  updated_at: 'DateTime64(6)',
  is_deleted: 'UInt8',
})
export type SavedViewRow = Row<typeof SAVED_VIEWS>
