import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { csvLine } from './csv.ts'

describe('a line of CSV', () => {
  it('has its cells between commas and ends as RFC 4180 says', () => {
    expect(csvLine(['a', 1, 2.5, true, null, 'b'])).toBe('a,1,2.5,true,,b\r\n')
  })

  it.each([
    ['a,b', '"a,b"'],
    ['say "no"', '"say ""no"""'],
    ['two\nlines', '"two\nlines"'],
    ['two\r\nlines', '"two\r\nlines"'],
    [{ a: [1] }, '"{""a"":[1]}"'],
  ])('quotes %j', (cell, written) => {
    expect(csvLine([cell])).toBe(`${written}\r\n`)
  })

  it.each([
    ['=HYPERLINK("http://x")', `"'=HYPERLINK(""http://x"")"`],
    ['+1', "'+1"],
    ['-1', "'-1"],
    ['@SUM(A1)', "'@SUM(A1)"],
    ['\tx', "'\tx"],
    ['\rx', `"'\rx"`],
    ['\n=x', `"'\n=x"`],
  ])('makes no formula of %j', (cell, written) => {
    expect(csvLine([cell])).toBe(`${written}\r\n`)
  })

  it('leaves numbers alone, which can not be formulas', () => {
    expect(csvLine([-1, -0.5])).toBe('-1,-0.5\r\n')
  })

  it('reads back as what went in, whatever that is', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary' }), { minLength: 1 }), (cells) => {
        const back = readLine(csvLine(cells))
        expect(back).toEqual(cells.map((text) => (/^[=+\-@\t\r\n]/.test(text) ? `'${text}` : text)))
      }),
    )
  })
})

/** RFC 4180 by its grammar: one record. */
function readLine(line: string): string[] {
  const field = /("(?:[^"]|"")*"|[^",\r\n]*)(,|\r\n$)/gy
  return [...line.matchAll(field)].map(([, text = '']) =>
    text.startsWith('"') ? text.slice(1, -1).replaceAll('""', '"') : text,
  )
}
