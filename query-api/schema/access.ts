/** Keys, sessions and tickets in requests and answers. */
import { z } from 'zod'
import { ROLES } from '../access/roles.ts'
import { time } from './parameters.ts'

const isoTime = () => z.string().meta({ format: 'date-time' })

const label = (what: string) =>
  z.string().regex(/^[^\p{Cc}]{1,256}$/u, `${what} must have 1 to 256 characters, none of them a control character`)

export const newKeySchema = z
  .strictObject({
    name: label('a name').describe('What people call the key'),
    role: z.enum(ROLES, `must be one of ${ROLES.join(', ')}`),
    user_id: label('a user id')
      .optional()
      .describe('Whose executions a key of role user sees; needed for it, and for no other'),
    expires_at: time().optional().describe('When the key ends; never unless given'),
    tenant_id: z
      .string()
      .optional()
      .describe('Another name of the tenant; the credential alone decides which one it is'),
    workspace_id: z.string().optional().describe('As tenant_id'),
  })
  .refine(({ role, user_id }) => (role === 'user') === (user_id !== undefined), {
    path: ['user_id'],
    error: 'is needed for the role user, and for no other',
  })
  .meta({ id: 'NewKey' })

export const keySchema = z
  .object({
    id: z.string(),
    name: z.string(),
    role: z.enum(ROLES),
    user_id: z.string().nullable(),
    created_at: isoTime().nullable().describe('Null for a key of the configuration file'),
    expires_at: isoTime().nullable().describe('Null: never'),
    revoked_at: isoTime().nullable(),
    last_used_at: isoTime().nullable().describe('To the hour'),
    source: z.enum(['table', 'file']).describe('file: kept in the configuration file, and changed there only'),
  })
  .meta({ id: 'Key' })
export type KeyAnswer = z.infer<typeof keySchema>

export const keysSchema = z.object({ keys: z.array(keySchema), count: z.int() }).meta({ id: 'Keys' })

export const createdKeySchema = keySchema
  .extend({ key: z.string().describe('The key itself: shown now and never again') })
  .meta({ id: 'CreatedKey' })

export const signInSchema = z
  .strictObject({ key: z.string().min(1).max(256).describe('An API key') })
  .meta({ id: 'SignIn' })

export const sessionSchema = z
  .object({
    authentication: z.enum(['none', 'key', 'token', 'session', 'ticket']).describe('none: this server asks nobody'),
    tenant: z.string(),
    role: z.enum(ROLES),
    user_id: z.string().nullable(),
    expires_at: isoTime().nullable().describe('When the credential, or the session that was opened, ends'),
  })
  .meta({ id: 'Session' })
export type SessionAnswer = z.infer<typeof sessionSchema>

export const ticketSchema = z
  .object({ ticket: z.string().describe('Goes into ?ticket= of a stream'), expires_at: isoTime() })
  .meta({ id: 'Ticket' })
