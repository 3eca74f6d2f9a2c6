import fc from 'fast-check'
import { expect, it } from 'vitest'
import { textPages } from './text-pages.ts'

it('keeps every text and their order, in as few pages as go', () => {
  expect(textPages([])).toEqual([])
  expect(textPages(['aa', 'b', 'c', 'too long', 'd'], 4)).toEqual([['aa', 'b', 'c'], ['too long'], ['d']])
  fc.assert(
    fc.property(fc.array(fc.string()), fc.integer({ min: 1, max: 20 }), (texts, charsMax) => {
      const pages = textPages(texts, charsMax)
      expect(pages.flat()).toEqual(texts)
      for (const page of pages) {
        expect(page.length).toBeGreaterThan(0)
        if (page.length > 1) expect(page.join('').length).toBeLessThanOrEqual(charsMax)
      }
    }),
  )
})
