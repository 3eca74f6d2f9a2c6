/** Short texts that this stack signs and later believes: sessions, tickets, what the API tells the collector. Each has one purpose. */
import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto'

export interface Signer {
  /** @param expiresAtMs milliseconds since the epoch */
  sign: (content: unknown, expiresAtMs: number) => string
  /** The content, if the text was signed for this purpose and has not ended; `expired` when it was and has. */
  verify: (text: string, nowMs: number) => { content: unknown } | 'expired' | 'forged'
}

/** Nobody else's token fits into a few kilobytes of header; ours are far smaller. */
const CHARACTERS_MAX = 2_048

/**
 * @param secret what all processes share that believe one another
 * @param purpose a token signed for one is nothing for another
 */
export function createSigner(secret: Buffer, purpose: string): Signer {
  const key = Buffer.from(hkdfSync('sha256', secret, Buffer.alloc(0), `runlens ${purpose}`, 32))
  const macOf = (body: string) => createHmac('sha256', key).update(body).digest()
  return {
    sign(content, expiresAtMs) {
      const body = Buffer.from(JSON.stringify([expiresAtMs, content])).toString('base64url')
      return `${body}.${macOf(body).toString('base64url')}`
    },
    verify(text, nowMs) {
      const [body, mac, ...more] = text.length > CHARACTERS_MAX ? [] : text.split('.')
      if (body === undefined || mac === undefined || more.length > 0) return 'forged'
      const given = Buffer.from(mac, 'base64url')
      const wanted = macOf(body)
      if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) return 'forged'
      const [expiresAtMs, content] = JSON.parse(Buffer.from(body, 'base64url').toString()) as [number, unknown]
      return expiresAtMs > nowMs ? { content } : 'expired'
    },
  }
}
