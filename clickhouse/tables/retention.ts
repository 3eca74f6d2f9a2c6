/** Retention and erasure: what is asked for, and how far it has come. */
import { type Row, table } from './column.ts'

/** How long each tenant keeps what. ReplacingMergeTree(updated_at, is_deleted), ORDER BY (tenant, id): one row, `id` is `settings`. */
export const RETENTION_RULES = table('retention_rules', {
  tenant: 'LowCardinality(String)',
  id: 'String',
  /** See `retention/settings.ts`. */
  settings_json: 'String',
  /** The user that changed them last; '' for a key that stands for no one. */
  updated_by: 'String',
  updated_at: 'DateTime64(6)',
  is_deleted: 'UInt8',
})

/** Runs of retention. ReplacingMergeTree(updated_at), ORDER BY (tenant, id), TTL 90 days; `updated_at` is never written. */
export const RETENTION_RUNS = table('retention_runs', {
  tenant: 'LowCardinality(String)',
  id: 'String',
  /** queued, running, done or failed. */
  state: 'LowCardinality(String)',
  /** schedule or request. */
  trigger: 'LowCardinality(String)',
  requested_at: 'DateTime64(6)',
  /** The epoch before it began. */
  started_at: 'DateTime64(6)',
  ended_at: 'DateTime64(6)',
  /** Rows by table. */
  removed_json: 'String',
  /** Why it failed, '' if it did not. */
  fault: 'String',
  updated_at: 'DateTime64(6)',
})
export type RetentionRunRow = Row<typeof RETENTION_RUNS>

/** Erasures. ReplacingMergeTree(updated_at), ORDER BY (tenant, id), TTL 400 days; `updated_at` is never written. */
export const ERASURES = table('erasures', {
  tenant: 'LowCardinality(String)',
  id: 'String',
  /** execution, user or conversation. */
  target: 'LowCardinality(String)',
  /** Hex of sipHash128 of the id; '' once nothing late is waited for. */
  subject_hash: 'String',
  /** queued, running, waiting_for_mutation, done or failed. */
  state: 'LowCardinality(String)',
  requested_at: 'DateTime64(6)',
  ended_at: 'DateTime64(6)',
  /** When it was last looked for late rows. */
  swept_at: 'DateTime64(6)',
  suppressed_until: 'DateTime64(6)',
  /** Rows by table. */
  erased_json: 'String',
  fault: 'String',
  updated_at: 'DateTime64(6)',
})
export type ErasureRow = Row<typeof ERASURES>

/** Traces and executions that an erasure takes. ReplacingMergeTree, ORDER BY (tenant, erasure_id, key_hash), TTL 8 days. */
export const ERASED_KEYS = table('erased_keys', {
  tenant: 'LowCardinality(String)',
  erasure_id: 'String',
  /** sipHash128 of a trace id, or of id and instance of an execution. */
  key_hash: 'FixedString(16)',
  erased_at: 'DateTime',
})
