/** Both doors of the collector, opened and closed together. */
import type { Address } from '@runlens/runtime'
import { createGrpcReceiver, type GrpcReceiverOptions } from './grpc/server.ts'
import { createHttpReceiver, type HttpReceiverOptions } from './http/server.ts'

export interface ReceiverAddresses {
  grpc: Address
  http: Address
}

export interface Receivers {
  /** The addresses that were really bound. */
  bound: ReceiverAddresses
  /** Refuses what comes from now on, answers what is in flight, closes; what is left after `graceMs` is cut. */
  stop: (graceMs: number) => Promise<void>
}

/**
 * Binds both ports, or neither.
 * @throws RunlensError `port_in_use` or `address_invalid`, naming the setting
 */
export async function startReceivers(
  addresses: ReceiverAddresses,
  options: HttpReceiverOptions & GrpcReceiverOptions,
): Promise<Receivers> {
  const grpc = createGrpcReceiver(options)
  const http = createHttpReceiver(options)
  const boundGrpc = await grpc.listen(addresses.grpc)
  const boundHttp = await http.listen(addresses.http).catch(async (error: unknown) => {
    await grpc.stop(0)
    throw error
  })
  return {
    bound: { grpc: boundGrpc, http: boundHttp },
    async stop(graceMs) {
      options.receiver.refuseAll()
      await Promise.all([grpc.stop(graceMs), http.stop(graceMs)])
    },
  }
}
