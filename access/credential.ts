/** Where a request carries its credential: in a header, never in an address. */

/** Headers as node:http and node:http2 give them: names in lower case. */
export type RequestHeaders = Readonly<Record<string, string | string[] | undefined>>

/** The text of a credential; null without one; `malformed` says why a header can't be read as one. */
export type FoundCredential = { text: string | null } | { malformed: string }

/** Longer ones are none of ours, and no token of an issuer that fits into 16 KiB of headers. */
const CREDENTIAL_CHARACTERS_MAX = 8_192

/** `Authorization: Bearer …` or `x-api-key`. Both at once must say the same. */
export function credentialOf(headers: RequestHeaders): FoundCredential {
  const authorization = single(headers.authorization)
  const apiKey = single(headers['x-api-key'])
  const bearer = /^Bearer +(\S+) *$/i.exec(authorization ?? '')?.[1]
  if (authorization !== undefined && bearer === undefined) {
    return { malformed: 'The header Authorization is not of the form "Bearer <key or token>".' }
  }
  if (bearer !== undefined && apiKey !== undefined && bearer !== apiKey) {
    return { malformed: 'The headers Authorization and x-api-key carry different credentials: send one.' }
  }
  const text = bearer ?? apiKey ?? null
  if (text !== null && (text === '' || text.length > CREDENTIAL_CHARACTERS_MAX)) {
    return { malformed: 'The credential is empty or too long.' }
  }
  return { text }
}

function single(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header.join(', ') : header
}
