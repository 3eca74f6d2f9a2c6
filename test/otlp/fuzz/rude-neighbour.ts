/** Connections without manners beside those that are counted: they stop half-way, linger, shout and ask for odd things. */
import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { splitAddress } from '../senders.ts'
import { Random } from './random.ts'

const VISITORS = 4
const LINGERING_MAX = 200

const head = (path: string, rest: string) =>
  `POST ${path} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n${rest}`

/** What a visitor sends before it leaves or stays. */
const OPENINGS = [
  head('/v1/traces', 'content-length: 1000\r\n\r\n{"resourceSpans":[{'),
  head('/v1/traces', 'content-length: 66000000\r\n\r\n{'),
  head('/v1/traces', 'transfer-encoding: chunked\r\n\r\n5\r\n{"res'),
  head('/v1/traces', 'transfer-encoding: chunked\r\n\r\nffffffffffffffff\r\n'),
  head('/v1/traces', 'x-never: ending'),
  head('/v1/traces', `x-long: ${'x'.repeat(17_000)}\r\n\r\n`),
  head('//', 'content-length: 2\r\n\r\n{}'),
  head('/%zz', 'content-length: 2\r\n\r\n{}'),
  head('/v1/traces/%2e%2e//', 'content-length: 2\r\n\r\n{}'),
  'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0\xff\xff\xff\x01\x05\0\0\0\x01',
  '\x16\x03\x01\x02\x00\x01',
  '\0'.repeat(500),
]

/** Visits `addresses` from now on; the promise ends once `signal` is aborted. */
export async function rudeNeighbour(addresses: readonly string[], seed: number, signal: AbortSignal): Promise<void> {
  const random = new Random(seed)
  const lingering: Socket[] = []
  const visitor = async () => {
    while (!signal.aborted) {
      const [host, port] = splitAddress(random.pick(addresses))
      const socket = connect({ host, port })
      socket.on('error', () => {})
      socket.on('data', () => {})
      socket.write(random.pick(OPENINGS), 'latin1')
      await sleep(1 + random.below(20))
      random.pick([() => socket.resetAndDestroy(), () => socket.end(), () => lingering.push(socket)])()
      if (lingering.length > LINGERING_MAX) lingering.shift()?.destroy()
    }
  }
  await Promise.all(Array.from({ length: VISITORS }, visitor))
  for (const socket of lingering) socket.destroy()
}
