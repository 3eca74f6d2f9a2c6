/** A generated request as OTLP/JSON, slowly: for requests that are made before anything is measured. */
import { TRACES } from '@runlens/otlp'

const IDS = new Set(['traceId', 'spanId', 'parentSpanId'])

export function toJson(body: Buffer): Buffer {
  const message = TRACES.request.toObject(TRACES.request.decode(body), { longs: String, enums: Number, bytes: String })
  // protobufjs writes bytes in base64, OTLP/JSON wants ids in hexadecimal.
  const text = JSON.stringify(message, (key, value) =>
    IDS.has(key) ? Buffer.from(value as string, 'base64').toString('hex') : value,
  )
  return Buffer.from(text)
}
