/** Gives a request's body without its content encoding, and no more bytes than allowed, before or after inflating. */
import type { IncomingMessage } from 'node:http'
import { pipeline, type Readable } from 'node:stream'
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib'
import { EngineError } from '../engine-error.ts'

/**
 * The body as it was before its encoding, piece by piece. Stopping early leaves the connection open for an answer.
 * @throws EngineError UNKNOWN_COMPRESSION_METHOD, QUERY_IS_TOO_LARGE beyond `bytesMax`, ZLIB_INFLATE_FAILED for broken
 *   data, NETWORK_ERROR for a body that was cut off
 */
export async function* inflatedBody(message: IncomingMessage, bytesMax: number): AsyncGenerator<Buffer> {
  const announced = Number(message.headers['content-length'] ?? 0)
  if (announced > bytesMax) throw tooLarge(`The body is larger than ${bytesMax} bytes`)
  const decoder = decoderFor(message.headers['content-encoding'])
  const source: Readable = decoder ? pipeline(message, decoder, () => {}) : message
  let bytes = 0
  try {
    for await (const chunk of source.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      bytes += chunk.length
      if (bytes > bytesMax) throw tooLarge(`The body is larger than ${bytesMax} bytes`)
      yield chunk
    }
  } catch (error) {
    throw bodyError(error, message)
  }
}

export function tooLarge(message: string): EngineError {
  return new EngineError(229, 'QUERY_IS_TOO_LARGE', message)
}

function bodyError(error: unknown, message: IncomingMessage): EngineError {
  if (error instanceof EngineError) return error
  if (message.destroyed && !message.complete) {
    return new EngineError(210, 'NETWORK_ERROR', 'The body was cut off', error)
  }
  const text = error instanceof Error ? error.message : String(error)
  return new EngineError(354, 'ZLIB_INFLATE_FAILED', `Cannot inflate the body: ${text}`, error)
}

function decoderFor(encoding: string | undefined) {
  switch ((encoding ?? '').trim().toLowerCase()) {
    case '':
    case 'identity':
      return undefined
    case 'gzip':
    case 'x-gzip':
      return createGunzip()
    case 'deflate':
      return createInflate()
    case 'br':
      return createBrotliDecompress()
    default:
      throw new EngineError(
        89,
        'UNKNOWN_COMPRESSION_METHOD',
        `Unknown compression method ${encoding}; the embedded server reads gzip, deflate and br`,
      )
  }
}
