/** From what a request carries to who asks; the only place that decides it. */
import type { IncomingHttpHeaders } from 'node:http'
import {
  type ApiKey,
  credentialOf,
  type Door,
  doorOf,
  type FoundKey,
  isKeyText,
  type KeyRing,
  type Signer,
} from '@runlens/access'
import type { AuthSettings } from '@runlens/runtime'
import { ProblemError } from '../problem.ts'
import type { ProblemCode } from '../problem-codes.ts'
import { type Caller, LOCAL_ADMIN } from './caller.ts'
import { sessionCookie } from './cookies.ts'

export interface AuthenticatorOptions {
  auth: AuthSettings
  ring: KeyRing
  /** Who a JWT stands for; absent: none is taken. @throws ProblemError */
  readToken?: (text: string) => Promise<Caller>
  sessions: () => Signer
  tickets: () => Signer
  now: () => number
}

/** What a request brings, as far as its route lets it. */
export interface Brought {
  method: string
  headers: IncomingHttpHeaders
  /** `?ticket=`, where the route takes tickets. */
  ticket?: string | null
  /** A credential from the address or the body, where the route takes it there. Asked for only when nothing else is there. */
  elsewhere?: () => Promise<string | null>
}

/** A ticket is for opening a stream at once. */
export const TICKET_LIFE_MS = 60_000

const SAFE = new Set(['GET', 'HEAD', 'OPTIONS'])
/** Three parts of base64url, the first of which begins with `{"`. */
const JWT = /^eyJ[\w-]*\.[\w-]+\.[\w-]+$/

export class Authenticator {
  constructor(private readonly options: AuthenticatorOptions) {}

  /** Whether whoever comes must say who they are. */
  get isRequired(): boolean {
    return this.door() === 'closed'
  }

  /** @throws ProblemError with one of the 401 codes, or `keys_unavailable` */
  async callerOf(brought: Brought): Promise<Caller> {
    // The table may not have been read yet: at the start, or because ClickHouse is away.
    if (this.door() === 'unknown') await this.options.ring.refresh()
    const door = this.door()
    if (door === 'open') return LOCAL_ADMIN
    if (door === 'unknown') throw unavailable()
    const found = credentialOf(brought.headers)
    if ('malformed' in found) throw new ProblemError('credential_invalid', found.malformed)
    if (found.text !== null) return this.identify(found.text)
    if (brought.ticket) return this.ticketHolder(brought.ticket)
    const cookie = sessionCookie(brought.headers)
    if (cookie) return this.ofCookie(cookie, brought)
    const elsewhere = await brought.elsewhere?.()
    if (elsewhere) return this.identify(elsewhere)
    throw new ProblemError('unauthenticated', 'Send a key as `Authorization: Bearer <key>` or `x-api-key: <key>`.')
  }

  /** Who a key, a token or a session stands for. @throws ProblemError */
  async identify(text: string): Promise<Caller> {
    if (text.startsWith('rl_')) return callerOfKey(await this.keyOf(text), 'key')
    if (JWT.test(text)) {
      if (this.options.readToken) return this.options.readToken(text)
      throw new ProblemError('credential_invalid', 'Tokens are not taken here: auth.jwt names no issuer.')
    }
    return this.ofSession(text)
  }

  /** What a browser keeps instead of a key. Null where nobody is asked. */
  openSession({ tenant, key }: Caller): { text: string; expiresAtMs: number } | null {
    if (!key) return null
    const expiresAtMs = this.options.now() + this.options.auth.sessionHours * 3_600_000
    return { text: this.options.sessions().sign([tenant, key.id, key.proof], expiresAtMs), expiresAtMs }
  }

  /** A text that opens one kind of connection for a minute, in the name of the caller. */
  openTicket(caller: Caller): { text: string; expiresAtMs: number } {
    const expiresAtMs = this.options.now() + TICKET_LIFE_MS
    return { text: this.options.tickets().sign(caller, expiresAtMs), expiresAtMs }
  }

  /** Who a ticket stands for. A key that was revoked meanwhile ends it. @throws ProblemError */
  ticketHolder(text: string): Caller {
    const caller = this.verified(this.options.tickets(), text, 'ticket') as Caller
    if (caller.via === 'none') {
      // Made while nobody was asked.
      if (this.door() === 'open') return LOCAL_ADMIN
      throw new ProblemError('credential_invalid', 'The ticket was made before this server asked for credentials.')
    }
    if (!caller.key) return { ...caller, via: 'ticket' }
    return callerOfKey(this.ofProof(caller.tenant, caller.key.id, caller.key.proof), 'ticket')
  }

  private async keyOf(text: string): Promise<ApiKey> {
    const { ring } = this.options
    const found = ring.find(text)
    if (!isKeyText(text) || (found.kind !== 'unknown' && found.kind !== 'unavailable')) return this.accept(found)
    await ring.refreshSoon()
    return this.accept(ring.find(text))
  }

  private door(): Door {
    return doorOf(this.options.auth, this.options.ring)
  }

  private ofCookie(cookie: string, { method, headers }: Brought): Caller {
    // A browser says where such a request comes from, and what comes from elsewhere was refused before.
    if (!SAFE.has(method) && headers.origin === undefined && headers['sec-fetch-site'] === undefined) {
      throw new ProblemError('cross_site_request', 'With a session, send Origin; programs send a key instead.')
    }
    return this.ofSession(cookie)
  }

  private ofSession(text: string): Caller {
    const content = this.verified(this.options.sessions(), text, 'session') as [string, string, string]
    return callerOfKey(this.ofProof(...content), 'session')
  }

  private ofProof(tenant: string, id: string, proof: string): ApiKey {
    const key = this.accept(this.options.ring.ofId(tenant, id))
    if (proofOf(key) === proof) return key
    throw new ProblemError('credential_revoked', 'The key behind it was exchanged for another.')
  }

  private verified(signer: Signer, text: string, what: string): unknown {
    const verified = signer.verify(text, this.options.now())
    if (verified === 'expired') throw new ProblemError('credential_expired', `The ${what} has ended: get a new one.`)
    if (verified !== 'forged') return verified.content
    throw new ProblemError('credential_invalid', 'It is no key, token or session of this server.')
  }

  private accept(found: FoundKey): ApiKey {
    if (found.kind === 'key') return found.key
    if (found.kind === 'unavailable') throw unavailable()
    const [code, detail] = REFUSALS[found.kind]
    throw new ProblemError(code, detail)
  }
}

/**
 * For the streams, which browsers open without headers: who a ticket of `POST /api/v1/live/tickets` stands for.
 * @throws ProblemError `credential_invalid`, `credential_expired`, `credential_revoked`, `keys_unavailable`
 */
export function authenticateTicket(authenticator: Authenticator, ticket: string): Caller {
  return authenticator.ticketHolder(ticket)
}

const REFUSALS: Record<'unknown' | 'expired' | 'revoked', [ProblemCode, string]> = {
  unknown: ['credential_invalid', 'No key like this is known; a new one is known everywhere within seconds.'],
  expired: ['credential_expired', 'The key has ended: use another one.'],
  revoked: ['credential_revoked', 'The key was revoked: use another one.'],
}

function unavailable(): ProblemError {
  const detail = 'The keys could not be read from ClickHouse; it is tried again all the time.'
  return new ProblemError('keys_unavailable', detail, { retryAfterSeconds: 2 })
}

function callerOfKey(key: ApiKey, via: Caller['via']): Caller {
  const { tenant, id, role, subject, expiresAtMs } = key
  return {
    tenant,
    role,
    subject,
    via,
    credential: `key ${tenant} ${id}`,
    key: { id, proof: proofOf(key) },
    expiresAtMs,
  }
}

/** Tells two keys of one name apart without telling anything of either. */
function proofOf({ sha256 }: ApiKey): string {
  return sha256.slice(0, 16)
}
