/** Finding a member must agree with parsing the whole. */
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { findJsonMember } from './json-member.ts'

const NAME = Buffer.from('user_id')

function find(text: string): string | undefined {
  const bytes = Buffer.from(text)
  const member = findJsonMember(bytes, 0, bytes.length, NAME)
  return member && bytes.toString('utf8', member.start, member.end)
}

it('finds what JSON.parse finds in any object', () => {
  const value = fc.oneof(
    fc.string({ unit: 'grapheme' }).filter((text) => JSON.stringify(text) === `"${text}"` && text !== ''),
    fc.integer(),
    fc.constant(null),
    fc.jsonValue(),
  )
  const object = fc.dictionary(fc.constantFrom('user_id', 'a', 'user', '"user_id"', 'b'), value, {
    noNullPrototype: true,
  })
  fc.assert(
    fc.property(object, fc.constantFrom(undefined, 1), (given, indent) => {
      const expected = given.user_id
      const plain = typeof expected === 'string' || typeof expected === 'number'
      const text = plain ? JSON.stringify(expected).replace(/^"|"$/g, '') : ''
      expect(find(JSON.stringify(given, null, indent))).toBe(text === '' ? undefined : text)
    }),
    { numRuns: 500 },
  )
})

it('ends on any bytes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
      findJsonMember(Buffer.concat([Buffer.from('{"user_id'), bytes]), 0, bytes.length + 9, NAME)
    }),
  )
})
