/** Sends export requests over OTLP/gRPC as exporters do: with grpc-js, over one connection. */
import { Client, compressionAlgorithms, credentials, Metadata, status } from '@grpc/grpc-js'
import { TRACES } from '@runlens/otlp'
import type { Answer, Target } from './target.ts'

const LATER_MS = 1_000
const asItIs = (bytes: Buffer) => bytes

/** @param address `host:port` */
export function grpcTargetAt(address: string, { gzip }: { gzip: boolean } = { gzip: false }): Target {
  const client = new Client(address, credentials.createInsecure(), {
    'grpc.max_send_message_length': -1,
    'grpc.default_compression_algorithm': gzip ? compressionAlgorithms.gzip : compressionAlgorithms.identity,
  })
  return {
    send: (body) =>
      new Promise<Answer>((resolve) => {
        client.makeUnaryRequest(TRACES.grpcPath, asItIs, asItIs, body, new Metadata(), (error, answer) => {
          if (!error && answer?.length === 0) resolve({ kind: 'accepted' })
          else if (error?.code === status.UNAVAILABLE) resolve({ kind: 'later', afterMs: LATER_MS })
          else
            resolve({ kind: 'refused', status: error?.code ?? status.OK, body: error?.message ?? 'a partial success' })
        })
      }),
    close: () => client.close(),
  }
}
