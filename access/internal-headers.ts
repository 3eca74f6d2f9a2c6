/** The headers by which a process of the stack names a tenant to the collector. */
import type { Settings } from '@runlens/runtime'
import { createInternalTokens, INTERNAL_HEADER, type InternalTokens } from './internal-token.ts'
import { serverSecret } from './server-secret.ts'

/** The secret is read at the first need: a process that never sends leaves no file behind. */
export function internalHeaders(
  settings: Pick<Settings, 'auth' | 'secrets' | 'dataDir'>,
  now: () => number,
): (tenant: string) => Record<string, string> {
  let tokens: InternalTokens | undefined
  return (tenant) => {
    tokens ??= createInternalTokens(serverSecret(settings))
    return { [INTERNAL_HEADER]: tokens.make(tenant, now()) }
  }
}
