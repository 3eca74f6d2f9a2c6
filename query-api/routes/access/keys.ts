/** `/api/v1/keys`: the keys of the caller's tenant. */
import {
  type ApiKey,
  hashOfKey,
  insertKey,
  KEYS_MAX,
  newKeyId,
  newKeyText,
  readKeys,
  revokeKey as revoke,
} from '@runlens/access'
import { z } from 'zod'
import { ProblemError } from '../../problem.ts'
import { invalidField } from '../../read-body.ts'
import { createdKeySchema, type KeyAnswer, keysSchema, newKeySchema } from '../../schema/access.ts'
import { noRange, text } from '../../schema/parameters.ts'
import { formatTime, NS_PER_MS, parseTime } from '../../time.ts'
import { QUESTION_PROBLEMS, route, type Services } from '../route.ts'

const PATH = '/api/v1/keys'

export const listKeys = route({
  path: PATH,
  id: 'listKeys',
  tag: 'Administration',
  summary: 'List the API keys of the tenant, ended ones included',
  parameters: z.strictObject({}),
  query: z.strictObject(noRange),
  answer: keysSchema,
  problems: ['invalid_parameter', ...QUESTION_PROBLEMS],
  handle: async ({ caller, services }) => {
    const keys = (await keysOf(services, caller.tenant)).map(shapeKey)
    return { json: { keys, count: keys.length } }
  },
})

export const createKey = route({
  method: 'post',
  path: PATH,
  id: 'createKey',
  tag: 'Administration',
  summary: 'Make an API key',
  description: 'For the tenant of the caller. The key is in this answer and nowhere else: only its SHA-256 is stored.',
  parameters: z.strictObject({}),
  query: z.strictObject(noRange),
  body: newKeySchema,
  status: 201,
  answer: createdKeySchema,
  problems: ['invalid_body', 'too_many_keys', ...QUESTION_PROBLEMS],
  handle: async ({ body, caller, services }) => {
    const nowMs = services.now()
    const expiresAtMs = body.expires_at === undefined ? null : Number(parseTime(body.expires_at) / NS_PER_MS)
    if (expiresAtMs !== null && expiresAtMs <= nowMs) throw invalidField('expires_at', 'must be in the future')
    if ((await services.runner.read(readKeys)).length >= KEYS_MAX) {
      throw new ProblemError('too_many_keys', `There are ${KEYS_MAX} keys, ended ones included.`)
    }
    const key = newKeyText()
    const made: ApiKey = {
      id: newKeyId(),
      tenant: caller.tenant,
      name: body.name,
      role: body.role,
      subject: body.user_id ?? null,
      sha256: hashOfKey(key),
      createdAtMs: nowMs,
      expiresAtMs,
      revokedAtMs: null,
      lastUsedAtMs: null,
      source: 'table',
    }
    await services.runner.read((client) => insertKey(client, made))
    await services.access.ring.refresh()
    return { json: { ...shapeKey(made), key }, headers: { 'cache-control': 'no-store' } }
  },
})

export const revokeKey = route({
  method: 'delete',
  path: `${PATH}/{key_id}`,
  id: 'revokeKey',
  tag: 'Administration',
  summary: 'Revoke an API key',
  description:
    'For good, with the sessions that were opened with it. Other processes know it within auth.refreshSeconds.',
  parameters: z.strictObject({ key_id: text() }),
  query: z.strictObject(noRange),
  problems: ['invalid_parameter', 'key_not_found', 'key_not_changeable', ...QUESTION_PROBLEMS],
  handle: async ({ path: { key_id }, caller, services }) => {
    const key = (await keysOf(services, caller.tenant)).find(({ id }) => id === key_id)
    if (!key) throw new ProblemError('key_not_found', 'No key of this tenant has this id.')
    if (key.source === 'file') {
      throw new ProblemError('key_not_changeable', 'Take it out of auth.keys in the configuration, and start again.')
    }
    if (key.revokedAtMs === null) {
      await services.runner.read((client) => revoke(client, caller.tenant, key_id, services.now()))
      await services.access.ring.refresh()
    }
    return { empty: true }
  },
})

/** Newest first, as the table has them now, and those of the file. */
async function keysOf({ runner, access }: Services, tenant: string): Promise<ApiKey[]> {
  const stored = (await runner.read(readKeys)).reverse()
  return [...stored, ...access.ring.fixed].filter((key) => key.tenant === tenant)
}

function shapeKey({ id, name, role, subject, source, ...times }: ApiKey): KeyAnswer {
  const timeOf = (ms: number | null) => (ms === null ? null : formatTime(BigInt(ms) * NS_PER_MS))
  return {
    id,
    name,
    role,
    user_id: subject,
    created_at: timeOf(times.createdAtMs),
    expires_at: timeOf(times.expiresAtMs),
    revoked_at: timeOf(times.revokedAtMs),
    last_used_at: timeOf(times.lastUsedAtMs),
    source,
  }
}
