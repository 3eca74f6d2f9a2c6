/** What headers say about encodings and compressions; everything is compared by value, in any case, parameters aside. */
import type { OtlpEncoding } from '@runlens/otlp'
import { COMPRESSIONS, type Compression } from '../inflate.ts'

export const MEDIA_TYPES: Readonly<Record<OtlpEncoding, string>> = {
  protobuf: 'application/x-protobuf',
  json: 'application/json',
}

/** The encoding that a Content-Type names, undefined for any other (OTLP specification, "OTLP/HTTP Request"). */
export function encodingOf(contentType: string | undefined): OtlpEncoding | undefined {
  const mediaType = (contentType ?? '').split(';', 1)[0]?.trim().toLowerCase()
  if (mediaType === MEDIA_TYPES.protobuf) return 'protobuf'
  return mediaType === MEDIA_TYPES.json ? 'json' : undefined
}

/** The compression that a Content-Encoding names; several in a row are none that we know. */
export function compressionOf(contentEncoding: string | undefined): Compression | undefined {
  const name = contentEncoding?.trim().toLowerCase() || 'identity'
  return COMPRESSIONS.find((compression) => compression === name)
}

/** Whether an Accept-Encoding takes gzip: named (or `*`) with a weight above zero (RFC 9110, 12.5.3). */
export function acceptsGzip(acceptEncoding: string | string[] | undefined): boolean {
  let any = false
  for (const part of String(acceptEncoding ?? '')
    .toLowerCase()
    .split(',')) {
    const [name, ...parameters] = part.split(';').map((text) => text.trim())
    const refused = parameters.some((parameter) => /^q=0(\.0*)?$/.test(parameter))
    if (name === 'gzip') return !refused
    if (name === '*') any = !refused
  }
  return any
}
