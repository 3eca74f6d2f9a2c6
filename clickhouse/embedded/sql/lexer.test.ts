import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadChdb, type Session } from '../chdb.ts'
import { Lexer } from './lexer.ts'
import { readStatement } from './statement.ts'

const latin1 = (text: string) => Buffer.from(text).toString('latin1')

function texts(sql: string): string[] {
  const text = latin1(sql)
  const lexer = new Lexer(text)
  const found: string[] = []
  for (let token = lexer.next(); token; token = lexer.next()) {
    found.push(Buffer.from(text.slice(token.start, token.end), 'latin1').toString())
  }
  return found
}

describe('the lexer', () => {
  it('keeps strings, names, heredocs and typographic quotes whole', () => {
    expect(texts("'a''b\\'c;'")).toEqual(["'a''b\\'c;'"])
    expect(texts('"a;""b" `c\\`;`')).toEqual(['"a;""b"', '`c\\`;`'])
    expect(texts('$x$ ; $$ $x$;')).toEqual(['$x$ ; $$ $x$', ';'])
    expect(texts('‘a;’ “b;”')).toEqual(['‘a;’', '“b;”'])
  })

  it('skips comments of every kind, also nested ones, and wide spaces', () => {
    expect(texts('a -- ;\nb // ;\nc # ;\nd #! ;\ne /* ; /* ; */ ; */ f\u00a0g\u3000h')).toEqual([...'abcdefgh'])
    expect(texts('a #b')).toEqual(['a', '#', 'b'])
  })

  it('ends with what is not closed', () => {
    expect(texts("a 'b; c")).toEqual(['a', "'b; c"])
    expect(texts('a /* b; /* */ c')).toEqual(['a', '/* b; /* */ c'])
  })
})

describe('against the engine', () => {
  const directory = mkdtempSync(join(tmpdir(), 'runlens-lexer-'))
  let session: Session
  beforeAll(() => {
    session = new (loadChdb().Session)(directory)
  })
  afterAll(() => {
    session.close()
    rmSync(directory, { recursive: true, force: true })
  })

  /** Whether the engine's parser sees a second statement; its streaming interface refuses that before running anything. */
  function engineSeesSeveral(sql: string): boolean {
    try {
      session.queryStream(sql, { format: 'Null' }).cancel()
      return false
    } catch (error) {
      return String(error).includes('Multi-statements are not allowed')
    }
  }

  it('never takes for one statement what the engine takes for several', () => {
    const pieces = [
      "'",
      '"',
      '`',
      '\\',
      ';',
      '\n',
      ' ',
      '--',
      '//',
      '#',
      '# ',
      '#!',
      '/*',
      '*/',
      '$',
      '$a$',
      '$$',
      '‘',
      '’',
      '“',
      '”',
      'x',
      '1',
      ',',
      '(',
      ')',
      '−',
      'ü',
      '\u00a0',
      '\0',
      "x'41'",
      '2',
    ]
    let accepted = 0
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...pieces), { maxLength: 14 }), (parts) => {
        const sql = `SELECT 1 ${parts.join('')}`
        try {
          readStatement(latin1(sql))
        } catch {
          return
        }
        accepted++
        expect([sql, engineSeesSeveral(sql)]).toEqual([sql, false])
      }),
      { numRuns: 1_500 },
    )
    expect(accepted).toBeGreaterThan(300)
    expect(engineSeesSeveral('SELECT 1; SELECT 2')).toBe(true)
  })
})
