import { describe, expect, it } from 'vitest'
import { isInsertWithData, readStatement } from './statement.ts'

describe('readStatement', () => {
  it('tells kinds apart', () => {
    const kinds = [
      ['SELECT 1', 'select'],
      ['((select 1))', 'select'],
      ['/* c */ WITH 1 AS x SELECT x', 'select'],
      ['from t select a', 'select'],
      ['WITH 1 AS x INSERT INTO t SELECT x', 'mutation'],
      ['SHOW TABLES', 'show'],
      ['desc t', 'show'],
      ['INSERT INTO t VALUES (1)', 'insert'],
      ['INSERT INTO t SELECT 1', 'insert-select'],
      ['INSERT INTO t (a) (SELECT 1)', 'insert-select'],
      ['SET x = 1', 'session'],
      ['use db', 'session'],
      ['CREATE TEMPORARY TABLE t (a UInt8)', 'session'],
      ['CREATE OR REPLACE TEMPORARY TABLE t (a UInt8)', 'session'],
      ['CREATE TABLE t (a UInt8) ENGINE = Memory', 'other'],
      ['DELETE FROM t WHERE 1', 'mutation'],
      ['SYSTEM FLUSH LOGS', 'bare'],
      ['constructor', 'other'],
    ] as const
    for (const [text, kind] of kinds) expect([text, readStatement(text).kind]).toEqual([text, kind])
  })

  it('finds the format only where it is the clause', () => {
    const formats = [
      ['SELECT 1 FORMAT CSV', 'CSV'],
      ['SELECT 1 format JSON settings max_threads = 1', 'JSON'],
      ['SELECT format FROM t', undefined],
      ["SELECT 'x FORMAT CSV'", undefined],
      ['SELECT (SELECT format CSV)', undefined],
      ['SELECT 1 -- FORMAT CSV', undefined],
    ] as const
    for (const [text, format] of formats) expect([text, readStatement(text).format]).toEqual([text, format])
  })

  it('finds where the data of an INSERT begins', () => {
    const cases = [
      ['INSERT INTO t FORMAT CSV\n1,2', 'CSV', '1,2'],
      ['INSERT INTO t (a, b) FORMAT CSV 1,2', 'CSV', '1,2'],
      ['insert into table db.`a b` values (1);(2)', 'Values', '(1);(2)'],
      ["INSERT INTO t SETTINGS format_csv_delimiter = ';' FORMAT CSV\r\n1;2", 'CSV', '1;2'],
      ["INSERT INTO FUNCTION remote('h', d.t) (a) FORMAT Native\n\x01", 'Native', '\x01'],
      ['INSERT INTO {t:Identifier} (a) FORMAT JSONEachRow', 'JSONEachRow', ''],
      ['INSERT INTO t (* EXCEPT (a)) FORMAT TSV\n\n1', 'TSV', '\n1'],
    ] as const
    for (const [text, format, data] of cases) {
      const statement = readStatement(text)
      expect([text, statement.kind, statement.format]).toEqual([text, 'insert', format])
      expect(text.slice(statement.dataAt)).toBe(data)
      expect(isInsertWithData(text)).toBe(true)
    }
    expect(isInsertWithData('INSERT INTO t (a, b')).toBe(false)
    expect(isInsertWithData('SELECT 1 FORMAT CSV')).toBe(false)
  })

  it('refuses none, several and unclosed statements', () => {
    for (const text of ['', ' ', '-- c', ';', 'SELECT 1; SELECT 2', "SELECT 'a", 'SELECT /* a', 'SELECT `a']) {
      expect(() => readStatement(text)).toThrow(expect.objectContaining({ code: 62 }))
    }
  })

  it('refuses to read and write files for a client', () => {
    expect(() => readStatement("SELECT 1 INTO OUTFILE 'x'")).toThrow(expect.objectContaining({ code: 358 }))
    expect(() => readStatement("SELECT (SELECT 1) into /* */ outfile 'x'")).toThrow(
      expect.objectContaining({ code: 358 }),
    )
    expect(() => readStatement("INSERT INTO t FROM INFILE 'x' FORMAT CSV")).toThrow(
      expect.objectContaining({ code: 48 }),
    )
  })
})
