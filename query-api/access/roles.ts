/** Which role each route needs: the one table. A route that does not stand here is served to nobody. */

import { ROLES, type Role } from '@runlens/runtime'

export { ROLES, type Role }

/** Who may ask: anybody, or these roles. */
export type Policy = 'anyone' | readonly Role[]

/** Reads executions; the role `user` sees its own. */
export const READERS: Policy = ['user', 'viewer', 'editor', 'admin']
/** Reads what is of the whole tenant and has no owner. */
export const TENANT_READERS: Policy = ['viewer', 'editor', 'admin']
export const EDITORS: Policy = ['editor', 'admin']
export const ADMINS: Policy = ['admin']
/** Whoever has a credential at all. */
export const EVERYBODY: Policy = ROLES

/** By the route's id. */
export const ROUTE_POLICIES: Readonly<Record<string, Policy>> = {
  listExecutions: READERS,
  getExecution: READERS,
  getExecutionTree: READERS,
  getExecutionLogs: READERS,
  getTrace: TENANT_READERS,
  getKpis: READERS,
  listWorkflows: READERS,
  listKeys: ADMINS,
  createKey: ADMINS,
  revokeKey: ADMINS,
  signIn: 'anyone',
  whoAmI: EVERYBODY,
  signOut: 'anyone',
  createTicket: READERS,
  isAlive: 'anyone',
  isReady: 'anyone',
  readMetrics: 'anyone',
  getOpenApi: 'anyone',
  readDocs: 'anyone',
  start: 'anyone',
}

/** Whether a policy lets a role in; nobody when there is no policy. */
export function allows(policy: Policy | undefined, role: Role): boolean {
  return policy === 'anyone' || (policy?.includes(role) ?? false)
}
