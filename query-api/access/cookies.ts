/** The session cookie: read from a request, written for an answer. */
import type { IncomingHttpHeaders } from 'node:http'
import type { AuthSettings } from '@runlens/runtime'

const NAME = 'runlens_session'

export function sessionCookie(headers: IncomingHttpHeaders): string | null {
  for (const part of (headers.cookie ?? '').split(';')) {
    const mark = part.indexOf('=')
    if (part.slice(0, mark).trim() === NAME) return part.slice(mark + 1).trim()
  }
  return null
}

/** @param maxAgeSeconds 0 removes it */
export function setCookie(text: string, maxAgeSeconds: number, isSecure: boolean): string {
  const secure = isSecure ? '; Secure' : ''
  return `${NAME}=${text}; Path=/; HttpOnly; SameSite=Strict; Max-Age=${maxAgeSeconds}${secure}`
}

/** Whether the browser may send it over https only. A client that lies about the protocol harms nobody but itself. */
export function isSecure(setting: AuthSettings['secureCookies'], headers: IncomingHttpHeaders): boolean {
  if (setting !== 'auto') return setting === 'on'
  const forwarded = String(headers['x-forwarded-proto'] ?? '')
  return forwarded.split(',')[0]?.trim().toLowerCase() === 'https'
}
