/**
 * Which addresses a request that leaves this machine may go to: public ones, and those that the operator lets in. A server that was named in the
 * configuration, or by a user, could otherwise be anything within reach of this machine.
 */
import { BlockList, isIP } from 'node:net'

/** Not reachable over the internet, by the IANA registries of special-purpose addresses (RFC 6890), and multicast. */
const SPECIAL_V4 = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
]
/** All unicast addresses of the internet; what lies within and is something else follows. */
const GLOBAL_V6 = '2000::/3'
/** Teredo, 6to4 and the like may hide an IPv4 address of any kind. */
const SPECIAL_V6 = ['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20']
/** An IPv4 address written as an IPv6 one. */
const MAPPED_V4 = '::ffff:0:0/96'

const specialV4 = listOf(SPECIAL_V4)
const globalV6 = listOf([GLOBAL_V6])
const specialV6 = listOf(SPECIAL_V6)
const mappedV4 = listOf([MAPPED_V4])

export class AddressRules {
  readonly #networks: BlockList
  readonly #hosts: ReadonlySet<string>

  /** @param allowPrivate networks in CIDR notation, addresses, and host names, each as {@link isAddressRule} takes it */
  constructor(allowPrivate: readonly string[]) {
    this.#networks = listOf(allowPrivate.filter(isNetwork))
    this.#hosts = new Set(allowPrivate.filter((rule) => !isNetwork(rule)).map((rule) => rule.toLowerCase()))
  }

  /** @param host as it stands in the URL; `address` is what it was resolved to */
  allows(host: string, address: string): boolean {
    return isPublic(address) || this.#hosts.has(host.toLowerCase()) || contains(this.#networks, address)
  }
}

/** Whether a text is a network (`10.0.0.0/8`), an address or a host name. */
export function isAddressRule(text: string): boolean {
  return isNetwork(text) || (text.length <= 253 && /^[a-z0-9_]([a-z0-9_.-]*[a-z0-9_])?$/i.test(text))
}

function isPublic(address: string): boolean {
  if (isIP(address) === 4) return !contains(specialV4, address)
  // In this order: rules for IPv4 also hold for what is written as IPv6.
  if (contains(mappedV4, address)) return !contains(specialV4, address)
  return contains(globalV6, address) && !contains(specialV6, address)
}

function contains(list: BlockList, address: string): boolean {
  const family = isIP(address)
  return family !== 0 && list.check(address, family === 4 ? 'ipv4' : 'ipv6')
}

function isNetwork(rule: string): boolean {
  const [address = '', prefix, ...rest] = rule.split('/')
  const family = isIP(address)
  if (family === 0 || rest.length > 0 || address.includes('%')) return false
  return prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= (family === 4 ? 32 : 128))
}

function listOf(networks: readonly string[]): BlockList {
  const list = new BlockList()
  for (const network of networks) {
    const [address = '', prefix] = network.split('/')
    const isV4 = isIP(address) === 4
    list.addSubnet(address, prefix === undefined ? (isV4 ? 32 : 128) : Number(prefix), isV4 ? 'ipv4' : 'ipv6')
  }
  return list
}
