/** How `runlens keys` shows keys. */
import type { ApiKey } from '@runlens/access'

/** As the API tells them, with the tenant and the hash for the configuration file; never the key itself. */
export function keyAsJson(key: ApiKey): Record<string, string | null> {
  return {
    id: key.id,
    tenant: key.tenant,
    name: key.name,
    role: key.role,
    user_id: key.subject,
    sha256: key.sha256,
    created_at: timeOf(key.createdAtMs),
    expires_at: timeOf(key.expiresAtMs),
    revoked_at: timeOf(key.revokedAtMs),
    last_used_at: timeOf(key.lastUsedAtMs),
  }
}

export function createdText(key: ApiKey, text: string): string {
  if (key.source === 'table') {
    return `${text}\n\nThis is the key: it is shown now and never again. It is ${key.id} of tenant ${key.tenant}, role ${key.role}.\n`
  }
  const subject = key.subject === null ? '' : `, subject: ${JSON.stringify(key.subject)}`
  const entry = `{ name: ${JSON.stringify(key.name)}, tenant: ${JSON.stringify(key.tenant)}, role: ${key.role}${subject}, sha256: ${key.sha256} }`
  return `${text}\n\nThis is the key: it is shown now and never again, and stored nowhere. In the configuration file:\n\nauth:\n  keys:\n    - ${entry}\n`
}

/** @param nowMs milliseconds since the epoch */
export function keysTable(keys: readonly ApiKey[], nowMs: number): string {
  if (keys.length === 0) return 'There are no keys in the table. runlens keys create makes one.\n'
  const rows = keys.map((key) => [
    key.id,
    shown(key.tenant),
    shown(key.name),
    key.subject === null ? key.role : `${key.role} ${shown(key.subject)}`,
    stateOf(key, nowMs),
    timeOf(key.lastUsedAtMs) ?? 'never',
  ])
  const table = [['ID', 'TENANT', 'NAME', 'ROLE', 'STATE', 'LAST USED'], ...rows]
  const widths = table[0]!.map((_, column) => Math.max(...table.map((row) => row[column]!.length)))
  return table
    .map(
      (row) =>
        `${row
          .map((cell, n) => cell.padEnd(widths[n]!))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('')
}

function stateOf({ expiresAtMs, revokedAtMs }: ApiKey, nowMs: number): string {
  if (revokedAtMs !== null) return `revoked ${timeOf(revokedAtMs)}`
  if (expiresAtMs === null) return 'good'
  return `${expiresAtMs > nowMs ? 'good until' : 'ended'} ${timeOf(expiresAtMs)}`
}

/** Names are text of people: what would steer a terminal is not printed. */
function shown(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}]/gu, '?')
}

function timeOf(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString().slice(0, 19).concat('Z')
}
