/** Who sends: the one place where a request's headers become a tenant. */
import {
  credentialOf,
  type Door,
  type FoundKey,
  INTERNAL_HEADER,
  type InternalTokens,
  type RequestHeaders,
} from '@runlens/access'
import { DEFAULT_TENANT } from '@runlens/conventions'
import type { Role } from '@runlens/runtime'
import { type Fault, fault } from './status.ts'

export interface Sender {
  kind: 'sender'
  tenant: string
}

/** Names the tenant of a request from its headers alone, before the body is read; or says why it may not send. */
export type Authenticate = (headers: RequestHeaders) => Sender | Fault

/** Without keys everybody is the default tenant; addresses default to loopback. */
export const everyoneIsDefault: Authenticate = () => ({ kind: 'sender', tenant: DEFAULT_TENANT })

export interface SenderChecks {
  /** Whether senders are asked who they are. */
  door: () => Door
  find: (text: string) => FoundKey
  /** Whether a sender may come while it is not known yet whether there are keys. */
  isTrusting: boolean
  /** Tokens of this stack's own processes. */
  internal: () => InternalTokens
  now: () => number
}

const SENDERS: ReadonlySet<Role> = new Set(['ingest', 'editor', 'admin'])

/** Keys as the API takes them, in the same headers; over gRPC they are metadata. */
export function askForKeys(checks: SenderChecks): Authenticate {
  return (headers) => {
    const internal = headers[INTERNAL_HEADER]
    const door = checks.door()
    if (internal !== undefined) {
      const sender = ofInternal(checks, String(internal))
      // Where nobody is asked there is one tenant, and processes need not share a secret.
      return sender.kind === 'sender' || door !== 'open' ? sender : everyoneIsDefault(headers)
    }
    if (door === 'open' || (door === 'unknown' && checks.isTrusting)) return everyoneIsDefault(headers)
    if (door === 'unknown') return UNREAD
    const found = credentialOf(headers)
    if ('malformed' in found) return fault('unauthenticated', found.malformed)
    if (found.text === null)
      return fault('unauthenticated', 'Send a key: the header "authorization: Bearer <key>", or x-api-key.')
    return ofKey(checks.find(found.text))
  }
}

const UNREAD = fault('keys_unavailable', 'The keys could not be read yet: send the request again later.')
const REFUSALS = {
  unknown: fault('unauthenticated', 'The key is not known here; a new one is known within seconds.'),
  expired: fault('unauthenticated', 'The key has ended: use another one.'),
  revoked: fault('unauthenticated', 'The key was revoked: use another one.'),
  unavailable: UNREAD,
}

function ofKey(found: FoundKey): Sender | Fault {
  if (found.kind !== 'key') return REFUSALS[found.kind]
  const { tenant, role } = found.key
  if (SENDERS.has(role)) return { kind: 'sender', tenant }
  return fault('forbidden', `A key of role ${role} may not send; these may: ${[...SENDERS].join(', ')}.`)
}

function ofInternal({ internal, now }: SenderChecks, text: string): Sender | Fault {
  const read = internal().read(text, now())
  if (typeof read === 'object') return { kind: 'sender', tenant: read.tenant }
  return fault('unauthenticated', `The header ${INTERNAL_HEADER} is ${read}: do the processes share one secret?`)
}
