/** The part of the YAML file that says who may come in, what a user sees, and how much each may take. */
import { z } from 'zod'

/**
 * What a credential may do. `ingest` sends telemetry, creates and patches executions; `user` reads and patches its own; `viewer` reads
 * all of the tenant; `editor` also changes states and rules; `admin` also keys and deletion.
 */
export const ROLES = ['ingest', 'user', 'viewer', 'editor', 'admin'] as const
export type Role = (typeof ROLES)[number]

const positive = z.int().positive()
/** A tenant, a name, a user: no text without end, no control characters. */
const name = z.string().regex(/^[^\p{Cc}]{1,256}$/u, 'must have 1 to 256 characters, none of them a control character')
const variable = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'must be the name of an environment variable')

const keySchema = z
  .strictObject({
    name: z.string().regex(/^[\w.-]{1,64}$/, 'must have 1 to 64 letters, digits, dots, dashes or underscores'),
    tenant: name.default('default'),
    role: z.enum(ROLES),
    /** The user that a key of role `user` stands for. */
    subject: name.optional(),
    /** SHA-256 of the key, 64 hexadecimal digits. */
    sha256: z
      .string()
      .regex(/^[0-9a-f]{64}$/i, 'must be 64 hexadecimal digits')
      .optional(),
    /** The environment variable that holds the key. */
    key_env: variable.optional(),
  })
  .refine(
    ({ sha256, key_env }) => (sha256 === undefined) !== (key_env === undefined),
    'give sha256 or key_env, not both',
  )
  .refine(
    ({ role, subject }) => (role === 'user') === (subject !== undefined),
    'role user, and only it, needs a subject: the id of the user',
  )
export type FileKey = z.infer<typeof keySchema>

/** Asymmetric ones may be verified by who can't sign; HS* are for a shared key only. */
const ASYMMETRIC = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'] as const
const SYMMETRIC = ['HS256', 'HS384', 'HS512'] as const
export type JwtAlgorithm = (typeof ASYMMETRIC)[number] | (typeof SYMMETRIC)[number]

const jwtSchema = z
  .strictObject({
    issuer: z.string().min(1).nullable().default(null),
    audience: z.string().min(1).nullable().default(null),
    /** Where the issuer publishes its public keys; https, or http on loopback. */
    jwksUrl: z.string().nullable().default(null),
    /** The environment variable that holds the key shared with the issuer. */
    secret_env: variable.nullable().default(null),
    algorithms: z
      .array(z.enum([...ASYMMETRIC, ...SYMMETRIC]))
      .min(1)
      .default(['RS256', 'ES256']),
    tenantClaim: z.string().min(1).default('tenant'),
    roleClaim: z.string().min(1).default('role'),
    subjectClaim: z.string().min(1).default('sub'),
    /** Tolerance between the clocks. */
    leewaySeconds: z.int().min(0).max(300).default(30),
  })
  .superRefine((jwt, context) => {
    const fault = (message: string, path: string) => context.addIssue({ code: 'custom', message, path: [path] })
    const { jwksUrl, secret_env, issuer, audience, algorithms } = jwt
    if (jwksUrl === null && secret_env === null) {
      if (issuer !== null || audience !== null) fault('is needed, or secret_env', 'jwksUrl')
      return
    }
    if (jwksUrl !== null && secret_env !== null) fault('give jwksUrl or secret_env, not both', 'jwksUrl')
    if (issuer === null) fault('is needed: who must have issued a token', 'issuer')
    if (audience === null) fault('is needed: for whom a token must have been issued', 'audience')
    if (jwksUrl !== null && !isSafeUrl(jwksUrl)) fault('must be an https URL, or http on loopback', 'jwksUrl')
    const wanted: readonly string[] = secret_env === null ? ASYMMETRIC : SYMMETRIC
    const wrong = algorithms.filter((algorithm) => !wanted.includes(algorithm))
    if (wrong.length > 0) fault(`${wrong.join(', ')} can't be used here; these can: ${wanted.join(', ')}`, 'algorithms')
  })

function isSafeUrl(text: string): boolean {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || url.username + url.password !== '') return false
  return (
    url.protocol === 'https:' || (url.protocol === 'http:' && /^(localhost|127(\.\d+){3}|\[::1\])$/.test(url.hostname))
  )
}

export const authSchema = z
  .strictObject({
    /** `auto`: as soon as keys or JWT are configured here, or a key is in the table. */
    required: z.enum(['auto', 'on', 'off']).default('auto'),
    keys: z.array(keySchema).max(1_000).default([]),
    /** How often the table of keys is read again. */
    refreshSeconds: positive.max(30).default(5),
    /** How long keys of the table are believed while ClickHouse does not answer. */
    staleSeconds: positive.default(21_600),
    /** The environment variable that holds what API processes and collectors on several machines share. */
    secret_env: variable.nullable().default(null),
    /** How long a browser stays signed in. */
    sessionHours: positive.max(720).default(12),
    /** `auto`: when `X-Forwarded-Proto` says https. */
    secureCookies: z.enum(['auto', 'on', 'off']).default('auto'),
    jwt: jwtSchema.prefault({}),
  })
  .prefault({})

export const accessSchema = z
  .strictObject({
    /** Whether executions that name no user are seen by role `user`. */
    unowned: z.enum(['hidden', 'shared']).default('hidden'),
  })
  .prefault({})

export const quotaSchema = z
  .strictObject({
    /** Of one credential. */
    requestsPerMinuteMax: positive.default(600),
    /** Of one tenant, in one API process; 0: as many as of all. */
    queriesPerTenantMax: z.int().nonnegative().default(0),
    /** Of a question's range; 0: without bound. */
    rangeDaysMax: z.int().nonnegative().default(0),
    rowsPerAnswerMax: positive.default(1_000),
    /** Of one tenant, in one collector; 0: without bound. */
    spansPerSecondMax: z.int().nonnegative().default(0),
  })
  .prefault({})

export type AuthSettings = z.infer<typeof authSchema>
export type AccessSettings = z.infer<typeof accessSchema>
export type QuotaSettings = z.infer<typeof quotaSchema>

/** Names of environment variables that the file refers to, each with its key. */
export function secretVariables({ keys, secret_env, jwt }: AuthSettings): [key: string, variable: string][] {
  const named: [string, string | null][] = [
    ...keys.map(({ key_env }, index): [string, string | null] => [`auth.keys.${index}.key_env`, key_env ?? null]),
    ['auth.secret_env', secret_env],
    ['auth.jwt.secret_env', jwt.secret_env],
  ]
  return named.filter((entry): entry is [string, string] => entry[1] !== null)
}
