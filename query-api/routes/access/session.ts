/** `/api/v1/session`: a browser exchanges a key for a cookie that its scripts can't read. */
import { z } from 'zod'
import type { Caller } from '../../access/caller.ts'
import { LOCAL_ADMIN } from '../../access/caller.ts'
import { isSecure, setCookie } from '../../access/cookies.ts'
import { ProblemError } from '../../problem.ts'
import { type SessionAnswer, sessionSchema, signInSchema } from '../../schema/access.ts'
import { formatTime, NS_PER_MS } from '../../time.ts'
import { route } from '../route.ts'

const PATH = '/api/v1/session'
const nothing = z.strictObject({})

export const signIn = route({
  method: 'post',
  path: PATH,
  id: 'signIn',
  tag: 'Administration',
  summary: 'Open a session for a browser',
  description: 'Sets an HttpOnly, SameSite=Strict cookie. The session ends with its key, or after auth.sessionHours.',
  parameters: nothing,
  query: nothing,
  body: signInSchema,
  answer: sessionSchema,
  problems: ['invalid_body', 'credential_invalid', 'credential_expired', 'credential_revoked', 'keys_unavailable'],
  handle: async ({ body, headers, services: { access, now } }) => {
    const { authenticator, settings } = access
    const caller = await authenticator.callerOf({ method: 'POST', headers: { 'x-api-key': body.key } })
    if (caller.via === 'none') return { json: shapeSession(LOCAL_ADMIN) }
    const session = authenticator.openSession(caller)
    if (!session) throw new ProblemError('credential_invalid', 'A session is opened with an API key only.')
    const maxAge = Math.floor((session.expiresAtMs - now()) / 1000)
    const cookie = setCookie(session.text, maxAge, isSecure(settings.auth.secureCookies, headers))
    return {
      json: shapeSession({ ...caller, via: 'session', expiresAtMs: session.expiresAtMs }),
      headers: { 'set-cookie': cookie, 'cache-control': 'no-store' },
    }
  },
})

export const whoAmI = route({
  path: PATH,
  id: 'whoAmI',
  tag: 'Administration',
  summary: 'Tell whom the credential stands for',
  parameters: nothing,
  query: nothing,
  answer: sessionSchema,
  problems: [],
  handle: ({ caller }) => ({ json: shapeSession(caller), headers: { vary: 'authorization, cookie, x-api-key' } }),
})

export const signOut = route({
  method: 'delete',
  path: PATH,
  id: 'signOut',
  tag: 'Administration',
  summary: 'Close the session of this browser',
  description: 'Takes the cookie away. To end every session of a key, revoke the key.',
  parameters: nothing,
  query: nothing,
  answer: z.object({ signed_out: z.literal(true) }),
  problems: [],
  handle: ({ headers, services: { access } }) => {
    const cookie = setCookie('', 0, isSecure(access.settings.auth.secureCookies, headers))
    return { json: { signed_out: true }, headers: { 'set-cookie': cookie } }
  },
})

function shapeSession({ via, tenant, role, subject, expiresAtMs }: Caller): SessionAnswer {
  return {
    authentication: via,
    tenant,
    role,
    user_id: subject,
    expires_at: expiresAtMs === null ? null : formatTime(BigInt(expiresAtMs) * NS_PER_MS),
  }
}
