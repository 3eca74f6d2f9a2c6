/** Two tenants and the people in them, for tests of who sees what. */
import { hashOfKey, newKeyText } from '@runlens/access'
import type { Role } from '@runlens/runtime'

/** Whose data something is: a user of acme, nobody in acme, or a user of the other tenant. */
export const OWNERS = ['ann', 'bob', 'nobody', 'globex'] as const
export type Owner = (typeof OWNERS)[number]

/** A text that belongs to one owner and to nobody else; no other text of a test contains it. */
export const canary = (owner: Owner, what: string) => `canary-${owner}-${what}`
export const tenantOf = (owner: Owner) => (owner === 'globex' ? 'globex' : 'acme')
export const userOf = (owner: Owner) => (owner === 'nobody' ? '' : canary(owner, 'user'))

export interface Person {
  name: string
  /** Null: comes without a credential. */
  key: string | null
  tenant: string
  role: Role | null
  /** Whose data this person may see. */
  sees: readonly Owner[]
}

const person = (name: string, tenant: string, role: Role, sees: readonly Owner[]): Person => ({
  name,
  key: newKeyText(),
  tenant,
  role,
  sees,
})
const ACME: readonly Owner[] = ['ann', 'bob', 'nobody']

export const PEOPLE: readonly Person[] = [
  { name: 'anonymous', key: null, tenant: '', role: null, sees: [] },
  person('ann', 'acme', 'user', ['ann']),
  person('bob', 'acme', 'user', ['bob']),
  person('ingest', 'acme', 'ingest', []),
  person('viewer', 'acme', 'viewer', ACME),
  person('editor', 'acme', 'editor', ACME),
  person('admin', 'acme', 'admin', ACME),
  person('globex', 'globex', 'user', ['globex']),
  person('globex-admin', 'globex', 'admin', ['globex']),
]

export function headersOf({ key }: Person): Record<string, string> {
  return key === null ? {} : { authorization: `Bearer ${key}` }
}

/** `auth.keys` of a configuration in which they are all known. */
export function keysOfPeople(): object[] {
  return PEOPLE.flatMap(({ name, key, tenant, role }) =>
    key === null
      ? []
      : [
          {
            name,
            tenant,
            role,
            sha256: hashOfKey(key),
            ...(role === 'user' ? { subject: canary(name as Owner, 'user') } : {}),
          },
        ],
  )
}
