/** Who asks: what a credential says of its bearer. Routes get it; they never look at headers. */
import { DEFAULT_TENANT } from '@runlens/conventions'
import type { Scope } from '../questions/question.ts'
import type { Role } from './roles.ts'

export interface Caller {
  tenant: string
  role: Role
  /** The user of the credential, for the role `user`; null for keys that stand for no one. */
  subject: string | null
}

/** Without authentication the server is open to its own machine only, and whoever is on it may do everything. */
export const LOCAL_ADMIN: Caller = { tenant: DEFAULT_TENANT, role: 'admin', subject: null }

/** Whose rows a caller may see: all of the tenant, or a user's own. */
export function scopeOf({ tenant, role, subject }: Caller): Scope {
  return role === 'user' ? { tenant, owner: subject ?? '' } : { tenant }
}

/** Whether a name of a tenant in a request is the caller's; without authentication every name is another one of the only tenant. */
export function isOwnTenant(caller: Caller, name: string): boolean {
  return caller === LOCAL_ADMIN || caller.tenant === name
}
