/** Who asks: basic authorization, `X-ClickHouse-User`/`-Key`, or `user` and `password` in the URL. */
import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { EngineError } from '../engine-error.ts'
import { header } from './request.ts'

export interface Credentials {
  user: string
  password: string
}

/** @throws EngineError REQUIRED_PASSWORD where none is given, AUTHENTICATION_FAILED where it is wrong */
export function authenticate(wanted: Credentials, message: IncomingMessage, url: URL): void {
  const given = readCredentials(message, url)
  if (given === undefined) {
    throw new EngineError(194, 'REQUIRED_PASSWORD', `${wanted.user}: Authentication failed: a password is required`)
  }
  const user = same(given.user, wanted.user)
  const password = same(given.password, wanted.password)
  if (user && password) return
  throw new EngineError(
    516,
    'AUTHENTICATION_FAILED',
    `${given.user}: Authentication failed: password is incorrect, or there is no user with such name.`,
  )
}

function readCredentials(message: IncomingMessage, url: URL): Credentials | undefined {
  const user = header(message, 'x-clickhouse-user')
  const key = header(message, 'x-clickhouse-key')
  if (user !== undefined || key !== undefined) return { user: user || 'default', password: key ?? '' }
  const basic = /^basic\s+(\S+)$/i.exec(header(message, 'authorization') ?? '')
  if (basic) {
    const [, name = '', password = ''] = /^([^:]*):?(.*)$/s.exec(Buffer.from(basic[1]!, 'base64').toString()) ?? []
    return { user: name || 'default', password }
  }
  const words = url.searchParams
  if (!words.has('user') && !words.has('password')) return undefined
  return { user: words.get('user') || 'default', password: words.get('password') ?? '' }
}

/** In constant time, whatever the lengths. */
function same(given: string, wanted: string): boolean {
  const hash = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(hash(given), hash(wanted))
}
