/** Reads `multipart/form-data` as ClickHouse takes it: the part `query` and parts `param_*`, for values too long for a URL. */
import { EngineError } from '../engine-error.ts'

/** The boundary of a multipart form, or undefined if the content is none. */
export function formBoundary(contentType: string | undefined): string | undefined {
  const match = /^multipart\/form-data\b.*?;\s*boundary=(?:"([^"]{1,200})"|([^\s;"]{1,200}))/i.exec(contentType ?? '')
  return match?.[1] ?? match?.[2]
}

/**
 * The parts by name.
 * @throws EngineError BAD_ARGUMENTS for a form that does not parse or repeats a name
 */
export function parseForm(body: Buffer, boundary: string): Map<string, string> {
  const parts = new Map<string, string>()
  let delimiter = nextDelimiter(body, boundary, 0)
  while (!delimiter.last) {
    const next = nextDelimiter(body, boundary, delimiter.end - 2)
    const [name, value] = parsePart(body.subarray(delimiter.end, next.start))
    if (parts.has(name)) throw malformed(`the part ${name} comes twice`)
    parts.set(name, value)
    delimiter = next
  }
  return parts
}

/** A line `--boundary` (its own line break before it belongs to it), or `--boundary--` behind the last part. */
function nextDelimiter(body: Buffer, boundary: string, from: number): { start: number; end: number; last: boolean } {
  const mark = from === 0 ? `--${boundary}` : `\r\n--${boundary}`
  for (let start = body.indexOf(mark, from, 'latin1'); start >= 0; start = body.indexOf(mark, start + 1, 'latin1')) {
    const end = start + mark.length + 2
    const follower = body.subarray(end - 2, end).toString('latin1')
    if (follower === '\r\n' || follower === '--') return { start, end, last: follower === '--' }
  }
  throw malformed('its end is missing')
}

function parsePart(part: Buffer): [name: string, value: string] {
  const headEnd = part.indexOf('\r\n\r\n')
  if (headEnd < 0) throw malformed('a part has no head')
  const head = part.subarray(0, headEnd).toString('latin1')
  const name = /\bcontent-disposition:\s*form-data\b[^\r\n]*?;\s*name="([^"\r\n]*)"/i.exec(head)?.[1]
  if (name === undefined) throw malformed('a part has no name')
  return [name, part.subarray(headEnd + 4).toString('utf8')]
}

function malformed(why: string): EngineError {
  return new EngineError(36, 'BAD_ARGUMENTS', `The multipart form cannot be read: ${why}`)
}
