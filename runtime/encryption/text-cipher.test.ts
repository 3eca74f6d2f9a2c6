import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isPlaceholder, placeholderOf, readSealed, replaceSealed, writeSealed } from './sealed-text.ts'
import { CHUNK_BYTES, type EncryptionKey, FIRST_CHUNK_BYTES, TextCipher } from './text-cipher.ts'

const key = (id: string, byte: number): EncryptionKey => ({ id, bytes: Buffer.alloc(32, byte) })
const OLD = key('k1', 1)
const NEW = key('k2', 2)
const cipher = new TextCipher([OLD])

const sealed = (text: string, tenant = 'acme') => cipher.seal(Buffer.from(text), tenant)
const opened = (text: string, tenant = 'acme', by = cipher) => by.open(readSealed(text)!, tenant)
/** Texts of some chunks, at whose borders characters of several bytes stand. */
const anyText = fc
  .tuple(fc.string({ unit: 'binary', maxLength: 40 }), fc.constantFrom('', 'a', 'ä', '漢', '😀'), fc.nat(3_000))
  .map(([text, unit, times]) => text + unit.repeat(times))

describe('an encrypted text', () => {
  it('comes back as it was, whatever it is', () => {
    fc.assert(
      fc.property(anyText, fc.string({ unit: 'binary' }), (text, tenant) => {
        expect(opened(sealed(text, tenant), tenant)).toEqual({ kind: 'whole', text })
      }),
      { numRuns: 100 },
    )
  })

  it.each([0, 1, 511, 512, 513, 512 + 2_047, 512 + 2_048, 512 + 2_049, 100_000])('of %i bytes too', (n) => {
    expect(opened(sealed('x'.repeat(n)))).toEqual({ kind: 'whole', text: 'x'.repeat(n) })
  })

  it('gives its beginning when it was cut anywhere, and says so', () => {
    fc.assert(
      fc.property(anyText, fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (text, part) => {
        const whole = sealed(text)
        const head = 'enc:v1:k1:'.length
        const kept = Math.floor((whole.length - head) * part)
        const result = opened(whole.slice(0, head + kept))
        // A character of base64 is six bits; 16 bytes are the salt, 16 each tag.
        const rest = Math.floor((kept * 6) / 8) - 16 - (FIRST_CHUNK_BYTES + 16)
        const bytes = rest < 0 ? 0 : FIRST_CHUNK_BYTES + Math.floor(rest / (CHUNK_BYTES + 16)) * CHUNK_BYTES
        if (result.kind === 'cut') {
          expect(text.startsWith(result.text)).toBe(true)
          expect(Buffer.byteLength(result.text)).toBeGreaterThan(bytes - 4)
        } else {
          expect(result).toEqual({ kind: 'refused' })
          expect(bytes).toBe(0)
        }
      }),
      { numRuns: 200 },
    )
  })

  it('never gives another text when a bit of it is another one', () => {
    fc.assert(
      fc.property(anyText, fc.nat(), fc.nat(7), (text, place, bit) => {
        const { keyId, bytes } = readSealed(sealed(text))!
        const at = place % bytes.length
        bytes[at]! ^= 1 << bit
        const result = cipher.open({ keyId, bytes }, 'acme')
        expect(result.kind).toMatch(/^(refused|cut)$/)
        // Damage of the last chunk is not to be told from a cut.
        if (result.kind === 'cut') {
          expect(text.startsWith(result.text)).toBe(true)
          expect(at).toBeGreaterThanOrEqual(16 + FIRST_CHUNK_BYTES + 16)
        }
      }),
      { numRuns: 200 },
    )
  })

  it('is refused where chunks change places, or come from another text', () => {
    const [one, other] = ['a', 'b'].map((unit) => readSealed(sealed(unit.repeat(10_000)))!.bytes)
    const head = 16 + FIRST_CHUNK_BYTES + 16
    const size = CHUNK_BYTES + 16
    const piece = (bytes: Buffer, n: number) => bytes.subarray(head + n * size, head + (n + 1) * size)
    const begun = one!.subarray(0, head)
    const swapped = [begun, piece(one!, 1), piece(one!, 0), piece(one!, 2)]
    const mixed = [begun, piece(one!, 0), piece(other!, 1), piece(one!, 2)]
    for (const pieces of [swapped, mixed]) {
      expect(cipher.open({ keyId: 'k1', bytes: Buffer.concat(pieces) }, 'acme').kind).toBe('refused')
    }
  })

  it('is refused for another tenant, with another key of that name, and without the key', () => {
    const text = sealed('x'.repeat(2_000))
    expect(opened(text, 'globex').kind).toBe('refused')
    expect(opened(text, 'acme', new TextCipher([key('k1', 9)])).kind).toBe('refused')
    expect(opened(text, 'acme', new TextCipher([])).kind).toBe('unknown_key')
    expect(opened(sealed('short'), 'globex').kind).toBe('refused')
  })

  it('is opened after a new key was put first, and by nobody once its own is gone', () => {
    const rotated = new TextCipher([NEW, OLD])
    const fresh = rotated.seal(Buffer.from('new'), 'acme')
    expect(fresh).toMatch(/^enc:v1:k2:[A-Za-z0-9_-]+$/)
    expect(opened(fresh, 'acme', rotated)).toEqual({ kind: 'whole', text: 'new' })
    expect(opened(sealed('old'), 'acme', rotated)).toEqual({ kind: 'whole', text: 'old' })
    expect(opened(sealed('old'), 'acme', new TextCipher([NEW])).kind).toBe('unknown_key')
  })

  it('is another one each time, unless the same is asked for', () => {
    const text = Buffer.from('SELECT 1')
    expect(sealed('SELECT 1')).not.toBe(sealed('SELECT 1'))
    const equal = cipher.seal(text, 'acme', 'equal')
    expect(cipher.seal(text, 'acme', 'equal')).toBe(equal)
    expect(cipher.seal(text, 'globex', 'equal')).not.toBe(equal)
    expect(opened(equal)).toEqual({ kind: 'whole', text: 'SELECT 1' })
  })

  it('is known as such, and one that only looks so is not', () => {
    const text = sealed('mine')
    expect(cipher.hasSealed(text, 'acme')).toBe(true)
    expect(cipher.hasSealed(text, 'globex')).toBe(false)
    expect(cipher.hasSealed(text.slice(0, -4), 'acme')).toBe(false)
    expect(cipher.hasSealed('enc:v1:k1:AAAA', 'acme')).toBe(false)
    expect(cipher.hasSealed('mine', 'acme')).toBe(false)
  })
})

describe('the form', () => {
  it('is found alone and inside of other text', () => {
    const text = sealed('x')
    const replaced = (of: string) => replaceSealed(of, ({ keyId }) => `<${keyId}>`)
    expect(replaced(text)).toBe('<k1>')
    expect(replaced(text.slice(0, 20))).toBe('<k1>')
    expect(replaced(`a\t${text}\tb ${text}`)).toBe('a\t<k1>\tb <k1>')
    for (const other of ['', 'x', 'values look like enc:v1:k1:AAAA there', 'enc:v1:no key:AAAA', 'enc:v2:k1:AAAA']) {
      expect(replaced(other)).toBe(other)
    }
    expect(readSealed(writeSealed('a-b_C9', Buffer.from('bytes')))).toEqual({
      keyId: 'a-b_C9',
      bytes: Buffer.from('bytes'),
    })
  })

  it('has a placeholder that is known again', () => {
    expect(placeholderOf('k1', 'unknown_key')).toBe('[encrypted with key "k1", which this server does not have]')
    expect(isPlaceholder(placeholderOf('k1', 'unknown_key'))).toBe(true)
    expect(isPlaceholder(placeholderOf('k1', 'refused'))).toBe(true)
    expect(isPlaceholder('[encrypted with key "k1"]')).toBe(false)
  })
})
