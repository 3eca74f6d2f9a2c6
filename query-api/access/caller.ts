/** Who asks: what a credential says of its bearer. Routes get it; they never look at headers. */
import { DEFAULT_TENANT } from '@runlens/conventions'
import type { AccessSettings } from '@runlens/runtime'
import { ProblemError } from '../problem.ts'
import type { Scope } from '../questions/question.ts'
import type { Role } from './roles.ts'

export interface Caller {
  tenant: string
  role: Role
  /** The user of the credential; null for keys that stand for no one. Role `user` always has one. */
  subject: string | null
  /** What it came with; `none` where nobody is asked. */
  via: 'none' | 'key' | 'token' | 'session' | 'ticket'
  /** Names the credential in limits and figures, the same for a key and its sessions; never a secret. */
  credential: string
  /** The key behind it, so that what was signed for it ends when the key does. */
  key: { id: string; proof: string } | null
  /** Milliseconds since the epoch; null: when it is taken back. */
  expiresAtMs: number | null
}

/** Without authentication the server is open to its own machine only, and whoever is on it may do everything. */
export const LOCAL_ADMIN: Caller = {
  tenant: DEFAULT_TENANT,
  role: 'admin',
  subject: null,
  via: 'none',
  credential: '',
  key: null,
  expiresAtMs: null,
}

/** For routes that ask nobody, whoever comes: of no tenant, so there is nothing that it could see. */
export const ANYONE: Caller = { ...LOCAL_ADMIN, tenant: '', role: 'user', subject: '' }

/** Whose rows a caller may see: all of the tenant, or a user's own. */
export function scopeOf({ tenant, role, subject }: Caller, unowned: AccessSettings['unowned'] = 'hidden'): Scope {
  if (role !== 'user') return { tenant }
  if (subject === null) throw new ProblemError('forbidden', 'The credential has the role user and names no user.')
  return unowned === 'shared' ? { tenant, owner: subject, unowned } : { tenant, owner: subject }
}
