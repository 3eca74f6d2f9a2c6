import { expect, it } from 'vitest'
import { createInternalTokens } from './internal-token.ts'
import { createSigner } from './signed-token.ts'

const secret = Buffer.alloc(32, 7)
const signer = createSigner(secret, 'session')

it('believes what it signed, until it ends', () => {
  const text = signer.sign({ tenant: 'acme', n: [1] }, 1_000)
  expect(signer.verify(text, 999)).toEqual({ content: { tenant: 'acme', n: [1] } })
  expect(signer.verify(text, 1_000)).toBe('expired')
})

it('believes no other purpose, no other secret and no change', () => {
  const text = signer.sign('acme', 1_000)
  expect(createSigner(secret, 'ticket').verify(text, 1)).toBe('forged')
  expect(createSigner(Buffer.alloc(32, 8), 'session').verify(text, 1)).toBe('forged')
  const [body, mac] = text.split('.')
  const other = Buffer.from(JSON.stringify([1_000, 'globex'])).toString('base64url')
  for (const wrong of [
    `${other}.${mac}`,
    `${body}.`,
    body!,
    `${text}.x`,
    '',
    '.',
    `${body}.${mac}A`,
    'x'.repeat(9_999),
  ]) {
    expect([wrong.slice(0, 40), signer.verify(wrong, 1)]).toEqual([wrong.slice(0, 40), 'forged'])
  }
})

it('names a tenant to another process for a minute', () => {
  const tokens = createInternalTokens(secret)
  const text = tokens.make('acme', 5_000)
  expect(createInternalTokens(secret).read(text, 64_999)).toEqual({ tenant: 'acme' })
  expect(tokens.read(text, 65_000)).toBe('expired')
  expect(createInternalTokens(Buffer.alloc(32, 9)).read(text, 5_000)).toBe('forged')
  expect(tokens.read(signer.sign('acme', 9_000), 5_000)).toBe('forged')
})
