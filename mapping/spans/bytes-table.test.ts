/** The lookup finds its own texts and no others. */
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { BytesTable } from './bytes-table.ts'

it('finds each text by its bytes, wherever they stand, and nothing else', () => {
  const texts = fc.uniqueArray(fc.string({ unit: fc.constantFrom('a', 'b', '.', 'é') }), { maxLength: 40 })
  fc.assert(
    fc.property(texts, fc.string({ unit: fc.constantFrom('a', 'b', '.', 'é') }), (known, other) => {
      const table = new BytesTable(known)
      for (const [index, text] of [...known.entries(), [known.indexOf(other), other] as const]) {
        const bytes = Buffer.from(`##${text}##`)
        expect(table.find(bytes, 2, bytes.length - 2)).toBe(index)
      }
    }),
  )
})

it('refuses a text that stands twice', () => {
  expect(() => new BytesTable(['a', 'a'])).toThrow('"a" stands twice')
})
