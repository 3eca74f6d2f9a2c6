/** The table `api_keys`: read as a whole, written one row at a time. */
import { API_KEYS, type ApiKeyRow, type ClickHouseClient } from '@runlens/clickhouse'
import { ROLES, type Role, systemErrorCode } from '@runlens/runtime'
import type { ApiKey } from './api-key.ts'

/** Of all tenants, ended ones included. A process holds them all in memory, a few hundred bytes each. */
export const KEYS_MAX = 10_000

/** ClickHouse's number for a table that is not there: of a database that was never migrated, or not to this version. */
const UNKNOWN_TABLE = '60'
const READ_TIMEOUT_MS = 5_000

/**
 * Every key, ended ones included; none where the table is not made yet.
 * @throws ClickHouseError and network errors as they come
 */
export async function readKeys(client: ClickHouseClient): Promise<ApiKey[]> {
  try {
    const result = await client.query({
      query: `/* runlens: api-keys */
SELECT * FROM ${API_KEYS.name} FINAL ORDER BY created_at LIMIT ${KEYS_MAX}`,
      format: 'JSONEachRow',
      abort_signal: AbortSignal.timeout(READ_TIMEOUT_MS),
    })
    return (await result.json<ApiKeyRow>()).flatMap(toKey)
  } catch (error) {
    if (systemErrorCode(error) === UNKNOWN_TABLE) return []
    throw error
  }
}

/** @throws ClickHouseError and network errors as they come */
export async function insertKey(client: ClickHouseClient, key: ApiKey): Promise<void> {
  await insert(client, [
    {
      ...EMPTY,
      tenant: key.tenant,
      id: key.id,
      name: key.name,
      role: key.role,
      subject: key.subject ?? '',
      sha256: key.sha256,
      created_at: timeOf(key.createdAtMs) ?? EMPTY.created_at,
      expires_at: timeOf(key.expiresAtMs),
    },
  ])
}

/** Ends a key for good: rows of one key merge by their maximum, so no later one takes this back. */
export async function revokeKey(client: ClickHouseClient, tenant: string, id: string, nowMs: number): Promise<void> {
  await insert(client, [{ ...EMPTY, tenant, id, revoked_at: timeOf(nowMs) }])
}

export async function noteKeyUses(client: ClickHouseClient, keys: readonly ApiKey[], nowMs: number): Promise<void> {
  await insert(
    client,
    keys.map(({ tenant, id }) => ({ ...EMPTY, tenant, id, last_used_at: timeOf(nowMs) })),
  )
}

/** What a row says nothing of: less than anything that another row says. */
const EMPTY: Omit<ApiKeyRow, 'tenant' | 'id'> = {
  name: '',
  role: '',
  subject: '',
  sha256: '',
  created_at: '1970-01-01 00:00:00.000',
  expires_at: null,
  revoked_at: null,
  last_used_at: null,
}

async function insert(client: ClickHouseClient, values: ApiKeyRow[]): Promise<void> {
  await client.insert({ table: API_KEYS.name, format: 'JSONEachRow', values })
}

/** A row without a hash is what is left of a key whose own row is not there (yet). */
function toKey(row: ApiKeyRow): ApiKey[] {
  if (row.sha256 === '' || !isRole(row.role)) return []
  return [
    {
      id: row.id,
      tenant: row.tenant,
      name: row.name,
      role: row.role,
      subject: row.subject === '' ? null : row.subject,
      sha256: row.sha256,
      createdAtMs: msOf(row.created_at),
      expiresAtMs: msOf(row.expires_at),
      revokedAtMs: msOf(row.revoked_at),
      lastUsedAtMs: msOf(row.last_used_at),
      source: 'table',
    },
  ]
}

function isRole(text: string): text is Role {
  return (ROLES as readonly string[]).includes(text)
}

/** As ClickHouse writes a DateTime64(3) in UTC. */
function timeOf(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString().replace('T', ' ').replace('Z', '')
}

function msOf(text: string | null): number | null {
  return text === null ? null : Date.parse(`${text.replace(' ', 'T')}Z`)
}
