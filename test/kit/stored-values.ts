/** Any attributes, texts, ids and times as a sender gives them, and as they must rest in a block. */
import fc from 'fast-check'

export interface Attribute {
  key: string
  value: Record<string, unknown>
  /** As it must rest. */
  text: string
  code: string
}

export const text = fc.oneof(
  { weight: 6, arbitrary: fc.string({ unit: 'grapheme', maxLength: 20 }) },
  { weight: 1, arbitrary: fc.string({ minLength: 45, maxLength: 300 }) },
  { weight: 1, arbitrary: fc.constantFrom('"', '\\', '{"a":"\\u0000"}\n\t', '\u0000\u001f\u007f', '\u2028') },
)
export const attribute: fc.Arbitrary<Attribute> = fc
  .tuple(
    fc.oneof(fc.constantFrom('http.route', 'db.system', 'user.id', '__proto__', ''), text),
    fc.oneof(
      text.map((v) => ({ value: { stringValue: v }, text: v, code: 's' })),
      fc.boolean().map((v) => ({ value: { boolValue: v }, text: String(v), code: 'b' })),
      fc
        .bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })
        .map((v) => ({ value: { intValue: String(v) }, text: String(v), code: 'i' })),
      fc.integer({ min: 0, max: 300_000_000 }).map((v) => ({ value: { intValue: v }, text: String(v), code: 'i' })),
      fc.constantFrom(0.5, -1.25e-7, 1e300).map((v) => ({ value: { doubleValue: v }, text: String(v), code: 'd' })),
      fc.constant({ value: { bytesValue: Buffer.from([0, 255, 7]) }, text: 'AP8H', code: 'y' }),
      fc.constant({ value: {}, text: '', code: 'n' }),
      fc.array(text, { minLength: 1, maxLength: 3 }).map((v) => ({
        value: { arrayValue: { values: v.map((stringValue) => ({ stringValue })) } },
        text: JSON.stringify(v),
        code: 'a',
      })),
    ),
  )
  .map(([key, rest]) => ({ key, ...rest }))
export const attributes = fc.array(attribute, { maxLength: 5 })
export const id = (bytes: number) =>
  fc.uint8Array({ minLength: bytes, maxLength: bytes }).map((b) => Buffer.from(b).fill(1, 0, 1))
export const uint32 = fc.nat({ max: 0xffff_ffff })
export const time = fc
  .tuple(
    fc.constantFrom(Date.UTC(2001, 1, 2), Date.UTC(2026, 10, 21), Date.UTC(2026, 10, 22)),
    fc.nat(86_399_999),
    fc.nat(999_999),
  )
  .map(([day, ms, ns]) => String(BigInt(day + ms) * 1_000_000n + BigInt(ns)))

export const hex = (b: Buffer | undefined, bytes: number) => (b ?? Buffer.alloc(bytes)).toString('hex').toUpperCase()
/** As `createBlockTable` reads a map. */
export const map = (list: Attribute[]) => ({ keys: list.map(({ key }) => key), values: list.map((a) => a.text) })
export const codes = (list: Attribute[]) => list.map(({ code }) => code).join('')
