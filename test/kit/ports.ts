/** A port that a test comes back to: one of those that the system hands out may be somebody else's by then. */
import { resolvePorts } from '../../cli/up/ports.ts'

/** Free now on 127.0.0.1, and below those of outgoing connections, as `runlens up` takes them. */
export async function lastingPort(): Promise<number> {
  const [address] = await resolvePorts([{ setting: 'the test', address: { host: '127.0.0.1', port: 0 } }])
  return address!.port
}
