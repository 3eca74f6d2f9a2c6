/** The door of a route: who asks, how often, and whether their role may; before anything else of the request is read. */
import type { Request, Response } from 'express'
import { ProblemError } from '../problem.ts'
import { readJson } from '../read-body.ts'
import type { Route } from '../routes/route.ts'
import type { Access } from './access.ts'
import { ANYONE, type Caller } from './caller.ts'
import { allows, ROUTE_POLICIES } from './roles.ts'

export interface LetIn {
  caller: Caller
  /** The query, without what was a credential in it. */
  search: URLSearchParams
  /** The body, read at the first call, without what was a credential in it. */
  json: () => Promise<unknown>
}

const SESSION_TOKEN = 'session_token'
const TICKET = 'ticket'

type Door = Pick<Route, 'id' | 'sessionToken' | 'ticket' | 'body'>

/** @throws ProblemError with a 401 code, `rate_limited`, `forbidden`, `keys_unavailable` */
export async function letIn(route: Door, access: Access, request: Request, response: Response): Promise<LetIn> {
  const { searchParams: search } = new URL(request.originalUrl.replace(/^\/+/, '/'), 'http://localhost')
  const ticket = route.ticket ? takeFrom(search, TICKET) : null
  const sessionToken = route.sessionToken ? takeFrom(search, SESSION_TOKEN) : null
  let reading: Promise<{ json: unknown; token: string | null }> | undefined
  const read = () => {
    reading ??= readJson(request).then((json) => ({ token: route.sessionToken ? takeOut(json) : null, json }))
    return reading
  }
  const json = async () => (await read()).json
  const policy = ROUTE_POLICIES[route.id]
  if (policy === 'anyone') return { caller: ANYONE, search, json }
  const elsewhere = async () => sessionToken ?? (route.sessionToken && route.body ? (await read()).token : null)
  const caller = await access.authenticator.callerOf({
    method: request.method,
    headers: request.headers,
    ticket,
    elsewhere,
  })
  limit(access, caller, response)
  if (allows(policy, caller.role)) return { caller, search, json }
  const roles = policy === undefined ? 'nobody' : policy.join(', ')
  throw new ProblemError('forbidden', `The role ${caller.role} may not ask this; these may: ${roles}.`)
}

/** Names of draft-ietf-httpapi-ratelimit-headers up to its version 06, which clients in use read. */
function limit({ rates, settings }: Access, { via, credential }: Caller, response: Response): void {
  if (via === 'none') return
  const { allowed, remaining, resetSeconds, retryAfterSeconds } = rates.take(credential)
  const max = settings.quota.requestsPerMinuteMax
  response.set({
    'ratelimit-limit': String(max),
    'ratelimit-remaining': String(remaining),
    'ratelimit-reset': String(resetSeconds),
  })
  if (allowed) return
  const detail = `This credential may ask ${max} times a minute (quota.requestsPerMinuteMax); come back in a moment.`
  throw new ProblemError('rate_limited', detail, { retryAfterSeconds })
}

function takeFrom(search: URLSearchParams, name: string): string | null {
  const value = search.get(name)
  search.delete(name)
  return value
}

function takeOut(json: unknown): string | null {
  if (typeof json !== 'object' || json === null || !Object.hasOwn(json, SESSION_TOKEN)) return null
  const fields = json as Record<string, unknown>
  const value = fields[SESSION_TOKEN]
  delete fields[SESSION_TOKEN]
  return typeof value === 'string' ? value : null
}
