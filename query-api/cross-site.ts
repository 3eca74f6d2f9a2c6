/** Whether a browser sends a request for a page from elsewhere. */
import type { IncomingHttpHeaders } from 'node:http'

/** Programs send neither of the headers that tell. */
export function isCrossSite(headers: IncomingHttpHeaders): boolean {
  const site = headers['sec-fetch-site']
  if (site !== undefined) return site !== 'same-origin' && site !== 'none'
  const { origin, host } = headers
  return origin !== undefined && (!URL.canParse(origin) || new URL(origin).host !== host)
}
