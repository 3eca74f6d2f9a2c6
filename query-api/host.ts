/**
 * Which Host headers a server without authentication answers: a page from elsewhere must not reach it under a name of its
 * own (DNS rebinding), and whoever has such a name has it in the DNS, with a dot.
 */
import { isIP } from 'node:net'
import { isLoopback } from '@runlens/runtime'

export interface HostPolicy {
  allows: (header: string | undefined) => boolean
  /** What a refused request is told. */
  detail: string
}

const NAME_WITHOUT_DOT = /^[a-z0-9_-]+$/i

/** For a server that listens on loopback. */
export const LOOPBACK_HOSTS: HostPolicy = {
  allows: (header) => header !== undefined && isLoopback(withoutPort(header)),
  detail: 'This server listens on loopback only and answers requests to localhost or 127.0.0.1.',
}

/** For one that is open to its network: also addresses, and names that only that network knows. */
export const NAMELESS_HOSTS: HostPolicy = {
  allows: (header) => {
    if (LOOPBACK_HOSTS.allows(header)) return true
    const host = withoutPort(header ?? '')
    return isIP(host.replace(/^\[(.*)\]$/, '$1')) > 0 || NAME_WITHOUT_DOT.test(host)
  },
  detail: 'Without authentication this server answers requests to addresses, localhost and names without a dot only.',
}

/** A page that reaches the server under a name of its own has no credential for it, so where one is asked for any name will do. */
export function unlessAsked(policy: HostPolicy, isAsked: () => boolean): HostPolicy {
  return { allows: (header) => isAsked() || policy.allows(header), detail: policy.detail }
}

function withoutPort(header: string): string {
  return header.replace(/:\d{1,5}$/, '')
}
