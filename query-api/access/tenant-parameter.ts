/** Parameters that name the tenant: they may repeat what the credential says, and never say anything else. */
import { ProblemError } from '../problem.ts'
import type { Caller } from './caller.ts'

/** Names under which a request may repeat its tenant, in path, query and body; every route is checked for them. */
export const TENANT_PARAMETERS = ['tenant_id', 'workspace_id'] as const

/**
 * Checks one value under any other name. Where nobody is asked there is one tenant, and any name means it.
 * @throws ProblemError `tenant_mismatch`
 */
export function checkTenant(caller: Caller, value: unknown, field: string): void {
  if (value === undefined || value === null || caller.via === 'none' || value === caller.tenant) return
  throw new ProblemError('tenant_mismatch', `${field}: the tenant comes from the credential, which is of another one.`)
}

/** @throws ProblemError `tenant_mismatch` */
export function checkTenantParameters(caller: Caller, values: unknown): void {
  if (typeof values !== 'object' || values === null) return
  for (const field of TENANT_PARAMETERS) {
    if (Object.hasOwn(values, field)) checkTenant(caller, (values as Record<string, unknown>)[field], field)
  }
}
