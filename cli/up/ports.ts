/** Looks at every port before anything starts, so that all taken ones are told at once and nothing is left half-started. */
import { createServer } from 'node:net'
import { type Address, formatAddress, listen, RunlensError } from '@runlens/runtime'

export interface WantedPort {
  /** The setting, e.g. `RUNLENS_API`. */
  setting: string
  address: Address
}

/** Below what systems hand out to outgoing connections, so that a restart finds its port free again. */
const FREE_PORT_FIRST = 20_000
const FREE_PORT_COUNT = 12_000
const FREE_PORT_TRIES = 100

/**
 * The addresses to bind, in the order given, with a free port where 0 was asked.
 * @throws RunlensError `port_in_use` (naming all taken ports) or `address_invalid`
 */
export async function resolvePorts(wanted: readonly WantedPort[]): Promise<Address[]> {
  const fixed = await Promise.allSettled(
    wanted.map(({ setting, address }) => (address.port === 0 ? undefined : probe(address, setting))),
  )
  const faults = fixed.flatMap((result) => (result.status === 'rejected' ? [result.reason as RunlensError] : []))
  const [first, ...others] = faults
  if (first && others.length > 0) {
    throw new RunlensError(
      first.code,
      faults.map((fault) => fault.message).join('\n'),
      faults.map((fault) => fault.hint).join('\n'),
      first,
    )
  }
  if (first) throw first
  const used = new Set(wanted.map(({ address }) => address.port))
  const resolved: Address[] = []
  for (const { setting, address } of wanted) {
    const bound = address.port === 0 ? await findFree(address.host, setting, used) : address
    used.add(bound.port)
    resolved.push(bound)
  }
  return resolved
}

async function probe(address: Address, setting: string): Promise<void> {
  const server = createServer()
  await listen(server, address, setting)
  await new Promise<void>((resolve) => server.close(() => resolve()))
}

async function findFree(host: string, setting: string, used: ReadonlySet<number>): Promise<Address> {
  let fault: unknown
  for (let attempt = 0; attempt < FREE_PORT_TRIES; attempt++) {
    const address = { host, port: FREE_PORT_FIRST + Math.floor(Math.random() * FREE_PORT_COUNT) }
    if (used.has(address.port)) continue
    try {
      await probe(address, setting)
      return address
    } catch (error) {
      fault = error
      if (error instanceof RunlensError && error.code !== 'port_in_use') throw error
    }
  }
  throw new RunlensError(
    'port_in_use',
    `No free port was found on ${formatAddress({ host, port: 0 })} (set by ${setting})`,
    `Choose a port yourself: ${setting}=${formatAddress({ host, port: FREE_PORT_FIRST })}`,
    fault,
  )
}
