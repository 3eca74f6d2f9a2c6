/** The address to call for one that a server binds: "all interfaces" is no destination. */
import { type Address, formatAddress } from '@runlens/runtime'

/** `host:port` to connect to. */
export function reachable({ host, port }: Address): string {
  if (host === '0.0.0.0') return formatAddress({ host: '127.0.0.1', port })
  if (host === '::') return formatAddress({ host: '::1', port })
  return formatAddress({ host, port })
}
