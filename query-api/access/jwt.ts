/** Tokens of an issuer of one's own (RFC 7519): verified by its public keys or by a key shared with it, and read as a caller. */
import type { Settings } from '@runlens/runtime'
import { createRemoteJWKSet, customFetch, errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose'
import { ProblemError } from '../problem.ts'
import type { Caller } from './caller.ts'
import { ROLES, type Role } from './roles.ts'

/** Of a fetch of the issuer's keys. */
const FETCH_TIMEOUT_MS = 5_000
/** An unknown key id makes keys be fetched again, but not more often than this. */
const COOLDOWN_MS = 30_000
const CACHE_MS = 600_000
/** A set of keys is small; a longer answer is none. */
const KEY_SET_BYTES_MAX = 256 * 1024
const TEXT_MAX = 256

type JwtSettings = Settings['auth']['jwt']

/** Who a token stands for; undefined where none is taken. */
export function createTokenReader(
  { auth: { jwt }, secrets }: Pick<Settings, 'auth' | 'secrets'>,
  now: () => number,
): ((text: string) => Promise<Caller>) | undefined {
  const { issuer, audience, algorithms, leewaySeconds, subjectClaim } = jwt
  const key = keyOf(jwt, secrets)
  if (!key || issuer === null || audience === null) return undefined
  return async (text) => {
    try {
      const { payload } = await jwtVerify(text, key, {
        issuer,
        audience,
        algorithms: [...algorithms],
        clockTolerance: leewaySeconds,
        currentDate: new Date(now()),
        // A token without an end would be good for ever.
        requiredClaims: ['exp', subjectClaim],
      })
      return callerOf(payload, jwt)
    } catch (error) {
      throw problemOf(error)
    }
  }
}

function keyOf({ jwksUrl, secret_env }: JwtSettings, secrets: Settings['secrets']): JWTVerifyGetKey | undefined {
  if (jwksUrl !== null) {
    return createRemoteJWKSet(new URL(jwksUrl), {
      timeoutDuration: FETCH_TIMEOUT_MS,
      cooldownDuration: COOLDOWN_MS,
      cacheMaxAge: CACHE_MS,
      [customFetch]: fetchBounded,
    })
  }
  const secret = secret_env === null ? undefined : secrets[secret_env]
  if (secret === undefined) return undefined
  const bytes = new TextEncoder().encode(secret)
  return async () => bytes
}

async function fetchBounded(url: string, options: RequestInit): Promise<Response> {
  const answer = await fetch(url, options)
  const parts: Uint8Array[] = []
  let bytes = 0
  for await (const part of answer.body ?? []) {
    bytes += part.length
    if (bytes > KEY_SET_BYTES_MAX) throw new Error('the set of keys is too large')
    parts.push(part)
  }
  return new Response(Buffer.concat(parts), { status: answer.status, headers: answer.headers })
}

function callerOf(payload: JWTPayload, { tenantClaim, roleClaim, subjectClaim, issuer }: JwtSettings): Caller {
  const tenant = claim(payload, tenantClaim)
  const role = claim(payload, roleClaim)
  const subject = claim(payload, subjectClaim)
  if (!isRole(role)) {
    throw new ProblemError('credential_invalid', `The token's claim ${roleClaim} must be one of ${ROLES.join(', ')}.`)
  }
  return {
    tenant,
    role,
    subject,
    via: 'token',
    credential: `token ${JSON.stringify([issuer, tenant, subject])}`,
    key: null,
    expiresAtMs: (payload.exp ?? 0) * 1000,
  }
}

function claim(payload: JWTPayload, name: string): string {
  const value = Object.hasOwn(payload, name) ? payload[name] : undefined
  if (typeof value === 'string' && value !== '' && value.length <= TEXT_MAX) return value
  throw new ProblemError(
    'credential_invalid',
    `The token needs a claim ${name}, a text of at most ${TEXT_MAX} characters.`,
  )
}

function isRole(text: string): text is Role {
  return (ROLES as readonly string[]).includes(text)
}

/** What of a refusal the sender may know: which claim is wrong, not how the signature was tried. */
function problemOf(error: unknown): ProblemError {
  if (error instanceof ProblemError) return error
  if (error instanceof errors.JWTExpired)
    return new ProblemError('credential_expired', 'The token has ended: get a new one.')
  if (error instanceof errors.JWTClaimValidationFailed) {
    return new ProblemError(
      'credential_invalid',
      `The token's claim ${error.claim} is missing or not the one wanted here.`,
    )
  }
  if (isAboutToken(error)) {
    return new ProblemError('credential_invalid', 'The token is not signed by the issuer that this server believes.')
  }
  const detail = 'The keys of the issuer of tokens could not be fetched.'
  return new ProblemError('keys_unavailable', detail, { retryAfterSeconds: 5, cause: error })
}

function isAboutToken(error: unknown): boolean {
  return [
    errors.JOSEAlgNotAllowed,
    errors.JOSENotSupported,
    errors.JWSInvalid,
    errors.JWTInvalid,
    errors.JWSSignatureVerificationFailed,
    errors.JWKSNoMatchingKey,
    errors.JWKSMultipleMatchingKeys,
  ].some((kind) => error instanceof kind)
}
