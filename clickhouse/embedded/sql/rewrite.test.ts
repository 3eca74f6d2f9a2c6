import { describe, expect, it } from 'vitest'
import { identifier, literal, rewriteInsert, rewriteStatement } from './rewrite.ts'
import { readStatement } from './statement.ts'

const settings = new Map([['max_threads', "1'"]])
const none = new Map<string, string>()
const rewritten = (text: string, pipe?: string) => rewriteStatement(readStatement(text), 'TSV', settings, pipe)

describe('rewriteStatement', () => {
  it('names the format and puts settings behind it', () => {
    expect(rewritten('SELECT 1; -- c')).toBe("SELECT 1\nFORMAT TSV\nSETTINGS max_threads = '1\\''")
    expect(rewritten('SELECT 1 FORMAT CSV')).toBe("SELECT 1 FORMAT CSV\nSETTINGS max_threads = '1\\''")
    expect(rewriteStatement(readStatement('SHOW TABLES'), 'CSV', none)).toBe('SHOW TABLES\nFORMAT CSV')
  })

  it('puts settings before those that stand there already, which so prevail', () => {
    expect(rewritten('SELECT 1 FORMAT CSV SETTINGS a = 2')).toBe(
      "SELECT 1 FORMAT CSV SETTINGS max_threads = '1\\'', a = 2",
    )
    expect(rewritten('INSERT INTO t SETTINGS a = 2 SELECT 1')).toBe(
      "INSERT INTO t SETTINGS max_threads = '1\\'', a = 2 SELECT 1",
    )
    expect(rewritten('INSERT INTO t (a) SELECT 1')).toBe("INSERT INTO t (a)\nSETTINGS max_threads = '1\\'' SELECT 1")
  })

  it('leaves alone what takes no settings', () => {
    expect(rewritten('SYSTEM FLUSH LOGS')).toBe('SYSTEM FLUSH LOGS')
    expect(rewritten('DELETE FROM t WHERE 1')).toBe("DELETE FROM t WHERE 1\nSETTINGS max_threads = '1\\''")
  })

  it('sends a result into a pipe, before its format', () => {
    expect(rewriteStatement(readStatement('SELECT 1'), 'TSV', none, '/p')).toBe(
      "SELECT 1\nINTO OUTFILE '/p' TRUNCATE\nFORMAT TSV",
    )
    expect(rewriteStatement(readStatement('SELECT 1 FORMAT CSV SETTINGS a = 2'), 'TSV', settings, '/p')).toBe(
      "SELECT 1 \nINTO OUTFILE '/p' TRUNCATE\nFORMAT CSV SETTINGS max_threads = '1\\'', a = 2",
    )
  })

  it('refuses names that are none', () => {
    const statement = readStatement('SELECT 1')
    const evil = new Map([['a = 1; --', '1']])
    expect(() => rewriteStatement(statement, 'TSV', evil)).toThrow(expect.objectContaining({ code: 115 }))
    expect(() => rewriteStatement(statement, "TSV INTO OUTFILE 'x'", none)).toThrow(
      expect.objectContaining({ code: 73 }),
    )
  })
})

describe('rewriteInsert', () => {
  it('reads the rows from a file, settings before the format', () => {
    const plain = readStatement('INSERT INTO t (a) FORMAT Native\n\x01\x02')
    expect(rewriteInsert(plain, '/b/1', none)).toBe("INSERT INTO t (a) FROM INFILE '/b/1'\nFORMAT Native")
    const own = readStatement('INSERT INTO `t`SETTINGS a = 2 -- c\n FORMAT Native\n')
    expect(rewriteInsert(own, '/b/1', settings)).toBe(
      "INSERT INTO `t` FROM INFILE '/b/1' SETTINGS max_threads = '1\\'', a = 2 -- c\nFORMAT Native",
    )
  })
})

describe('quoting', () => {
  it('lets nothing out of a literal or a name', () => {
    expect(literal("a'b\\c")).toBe("'a\\'b\\\\c'")
    expect(identifier('a`b\\c')).toBe('`a\\`b\\\\c`')
  })
})
