/** The span in the body of a partial span's log record: TracesData as JSON text, or in protobuf. */
import { ANY, jsonToTraces, type LogTape, type OtlpLimits } from '@runlens/otlp'

/** Encoders of protobuf's own JSON write the names of enumerations, which OTLP/JSON does not know. */
const KINDS = ['UNSPECIFIED', 'INTERNAL', 'SERVER', 'CLIENT', 'PRODUCER', 'CONSUMER']
const CODES = ['UNSET', 'OK', 'ERROR']

/** @param row of the body among the attributes. @returns a request of its own, undefined where the body is none */
export function partialBody(tape: LogTape, row: number, limits: OtlpLimits): Buffer | undefined {
  if (row < 0) return undefined
  const { type, valueStart, valueEnd } = tape.attributes.at
  const content = tape.buffer.subarray(valueStart[row]!, valueEnd[row]!)
  // A copy: indexing mends what is no UTF-8.
  if (type[row] === ANY.bytes) return Buffer.from(content)
  if (type[row] !== ANY.string) return undefined
  const outcome = jsonToTraces(Buffer.from(numbered(content.toString('utf8'))), limits)
  return outcome.kind === 'ok' ? outcome.bytes : undefined
}

function numbered(json: string): string {
  return json
    .replace(/"kind"\s*:\s*"SPAN_KIND_([A-Z]+)"/g, (_, word: string) => `"kind":${Math.max(0, KINDS.indexOf(word))}`)
    .replace(/"code"\s*:\s*"STATUS_CODE_([A-Z]+)"/g, (_, word: string) => `"code":${Math.max(0, CODES.indexOf(word))}`)
}
