/** An API key as a value: everything about it but the key itself, of which only the hash is kept. */
import type { Role } from '@runlens/runtime'

export interface ApiKey {
  /** Names it in lists and in paths; unique within its tenant. */
  id: string
  tenant: string
  /** What people call it. */
  name: string
  role: Role
  /** The user that a key of role `user` stands for; null for all others. */
  subject: string | null
  /** SHA-256 of its text, 64 lower-case hexadecimal digits. */
  sha256: string
  /** Milliseconds since the epoch, as all times here; null for keys of the configuration file. */
  createdAtMs: number | null
  /** Null: never. */
  expiresAtMs: number | null
  revokedAtMs: number | null
  /** To the hour; null: not yet, or not known. */
  lastUsedAtMs: number | null
  /** Where it is kept: keys of the file are changed there only. */
  source: 'table' | 'file'
}
