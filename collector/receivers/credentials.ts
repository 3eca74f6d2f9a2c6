/** Who sends: the one place where a request's headers become a tenant. */
import { DEFAULT_TENANT } from '@runlens/conventions'
import type { Fault } from './status.ts'

export interface Sender {
  kind: 'sender'
  tenant: string
}

/** Headers as node:http and node:http2 give them: names in lower case. */
export type RequestHeaders = Readonly<Record<string, string | string[] | undefined>>

/** Names the tenant of a request from its headers alone, before the body is read; or says why it may not send. */
export type Authenticate = (headers: RequestHeaders) => Sender | Fault

/** Without keys everybody is the default tenant; addresses default to loopback. */
export const everyoneIsDefault: Authenticate = () => ({ kind: 'sender', tenant: DEFAULT_TENANT })
