/**
 * What the test of every route asks with. A new route needs nothing here as long as its path parameters are among those below and it
 * takes no body; else add a line.
 */
import type { Route } from '../../query-api/routes/route.ts'
import { idOf } from '../kit/traces.ts'
import { canary, type Owner, tenantOf, userOf } from './people.ts'

/** Values of parameters in a path, by their name, as they are for something of an owner. */
export const PATH_PARAMETERS: Record<string, (owner: Owner) => string> = {
  execution_id: (owner) => canary(owner, 'run'),
  trace_id: (owner) => idOf(canary(owner, 'trace'), 16),
  user_id: (owner) => userOf(owner) || 'nobody',
  conversation_id: (owner) => canary(owner, 'conversation'),
  workflow_id: (owner) => canary(owner, 'workflow'),
  fingerprint: (owner) => canary(owner, 'error_fingerprint'),
  tenant_id: (owner) => tenantOf(owner),
  key_id: () => 'no-such-key',
  view_id: () => 'no-such-view',
  id: () => 'no-such-environment',
  job_id: () => 'no-such-job',
  erasure_id: () => '00000000-0000-4000-8000-000000000000',
}

/** Further questions, where a route takes parameters of these names. */
export const QUERY_PARAMETERS: Record<string, (owner: Owner) => string> = {
  user_id: PATH_PARAMETERS.user_id!,
  conversation_id: PATH_PARAMETERS.conversation_id!,
  workflow_id: PATH_PARAMETERS.workflow_id!,
  q: (owner) => canary(owner, 'workflow'),
  time_range: () => '30d',
  timeframe: () => '30d',
  days: () => '30',
  hours: () => '168',
  spans: () => 'all',
  format: () => 'json',
  sort: () => 'duration_ms',
}

export interface Sample {
  /** Asked about nothing of anybody: what others ask about must still be there. */
  aboutNothing?: true
  /** For the body, where the route takes one. */
  body?: (owner: Owner) => object
  /** Status for somebody who may ask, about something of their own or of no one; default: any success. */
  status?: number
}

/** By route id. */
export const SAMPLES: Record<string, Sample> = {
  createKey: { body: () => ({ name: 'made by the test', role: 'viewer' }) },
  revokeKey: { status: 404 },
  // What comes behind the door is tested elsewhere, with runs of their own.
  ...bothPaths('createRun', { body: () => ({}), status: 400 }),
  ...bothPaths('patchRun', { body: () => ({ status: 'completed' }), status: 409 }),
  ...bothPaths('listHistory', { body: (owner) => ({ workflow_id: canary(owner, 'workflow') }) }),
  openWebSocket: { status: 426 },
  explainMapping: { body: () => ({ resourceSpans: [] }) },
  getView: { status: 404 },
  patchError: { body: () => ({ state: 'ignored' }) },
  beginSync: { status: 404 },
  getSync: { status: 404 },
  eraseExecution: { aboutNothing: true },
  eraseUser: { aboutNothing: true },
  eraseConversation: { aboutNothing: true },
  getErasure: { status: 404 },
  saveRetention: { body: () => ({ days: 0 }), status: 400 },
  saveView: { body: () => ({}), status: 400 },
  deleteView: { status: 404 },
  signIn: { body: () => ({ key: 'none' }), status: 401 },
}

function bothPaths(id: string, sample: Sample): Record<string, Sample> {
  return { [id]: sample, [`${id}WithoutPrefix`]: sample }
}

/** Why a route can't be asked; null when it can. */
export function missingSample(route: Route): string | null {
  const unknown = Object.keys(route.parameters.shape).filter((name) => !(name in PATH_PARAMETERS))
  if (unknown.length > 0) return `${route.id}: PATH_PARAMETERS has no ${unknown.join(', ')}`
  if (route.body && !SAMPLES[route.id]?.body) return `${route.id}: SAMPLES has no body for it`
  return null
}

export interface Request {
  path: string
  body?: object
  /** Texts that the request itself brings, which an answer may repeat. */
  said: string[]
}

/** Whether a parameter names something of an owner. */
const namesAnOwner = (name: string) => QUERY_PARAMETERS[name]!('ann') !== QUERY_PARAMETERS[name]!('bob')

/** The questions of a route about something of an owner: one plain, one for each parameter that names such, one with all others. */
export function requestsOf(route: Route, owner: Owner): Request[] {
  const said: string[] = []
  const path = route.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    const value = SAMPLES[route.id]?.aboutNothing ? 'nothing-of-anybody' : PATH_PARAMETERS[name]!(owner)
    said.push(value)
    return encodeURIComponent(value)
  })
  const body = SAMPLES[route.id]?.body?.(owner)
  const plain: Request = { path, said, ...(body ? { body } : {}) }
  if (body) said.push(...textsOf(body))
  const known = Object.keys(route.query.shape).filter((name) => name in QUERY_PARAMETERS)
  const others = known.filter((name) => !namesAnOwner(name))
  const with_ = (names: readonly string[]): Request => {
    const values = names.map((name) => QUERY_PARAMETERS[name]!(owner))
    const query = new URLSearchParams(names.map((name, n): [string, string] => [name, values[n]!]))
    return { ...plain, path: `${path}?${query}`, said: [...said, ...values] }
  }
  return [
    plain,
    ...known.filter(namesAnOwner).map((name) => with_([name])),
    ...(others.length > 0 ? [with_(others)] : []),
  ]
}

function textsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsOf) : []
}
