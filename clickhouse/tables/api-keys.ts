/** API keys, of which only the hash is kept. */
import { type Row, table } from './column.ts'

/**
 * AggregatingMergeTree, ORDER BY (tenant, id): read with FINAL. A key has a row of its own, and further ones that say only that it was
 * used or revoked; they merge by the maximum, so that nobody who writes at the same moment takes a revocation back. Empty text and
 * NULL say nothing.
 */
export const API_KEYS = table('api_keys', {
  tenant: 'LowCardinality(String)',
  id: 'String',
  name: 'SimpleAggregateFunction(max, String)',
  role: 'SimpleAggregateFunction(max, String)',
  /** The user that a key of role `user` stands for. */
  subject: 'SimpleAggregateFunction(max, String)',
  /** 64 hexadecimal digits. */
  sha256: 'SimpleAggregateFunction(max, String)',
  created_at: 'SimpleAggregateFunction(max, DateTime64(3))',
  expires_at: 'SimpleAggregateFunction(max, Nullable(DateTime64(3)))',
  revoked_at: 'SimpleAggregateFunction(max, Nullable(DateTime64(3)))',
  /** To the hour. */
  last_used_at: 'SimpleAggregateFunction(max, Nullable(DateTime64(3)))',
})
export type ApiKeyRow = Row<typeof API_KEYS>
