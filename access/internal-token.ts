/** How the query API sends telemetry for a tenant: a token that both processes can make and that names the tenant. */
import { createSigner } from './signed-token.ts'

/** The header that carries it. */
export const INTERNAL_HEADER = 'x-runlens-internal'

/** Longer than a request may wait on its way; a stolen one is worth nothing soon. */
const LIFE_MS = 60_000

export interface InternalTokens {
  /** For one request of the given tenant. */
  make: (tenant: string, nowMs: number) => string
  /** The tenant that it names, or why it is not believed. */
  read: (text: string, nowMs: number) => { tenant: string } | 'expired' | 'forged'
}

export function createInternalTokens(secret: Buffer): InternalTokens {
  const signer = createSigner(secret, 'internal')
  return {
    make: (tenant, nowMs) => signer.sign(tenant, nowMs + LIFE_MS),
    read(text, nowMs) {
      const verified = signer.verify(text, nowMs)
      return typeof verified === 'string' ? verified : { tenant: String(verified.content) }
    },
  }
}
