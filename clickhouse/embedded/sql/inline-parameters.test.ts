import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startClickHouse, type TestClickHouse } from '../../../test/kit/clickhouse.ts'
import { effort } from '../../../test/kit/effort.ts'
import { inlineParameters } from './inline-parameters.ts'
import { readStatement } from './statement.ts'

function inlined(text: string, parameters: Record<string, string>): [text: string, left: string[]] {
  const { statement, parameters: left } = inlineParameters(readStatement(text), new Map(Object.entries(parameters)))
  return [statement.text, [...left.keys()]]
}

describe('a parameter', () => {
  it('is put in as the engine itself would', () => {
    expect(inlined("SELECT {a:Int64}, '{a:Int64}' /* {a:Int64} */ LIMIT { b : UInt32 }", { a: '-5', b: '7' })).toEqual([
      "SELECT _CAST(-5, 'Int64'), '{a:Int64}' /* {a:Int64} */ LIMIT _CAST(7, 'UInt32')",
      [],
    ])
    expect(inlined('SELECT {s:String} IN {l:Array(String)}', { s: "it's \\'so\\'", l: "['a\\'b']" })).toEqual([
      "SELECT _CAST('it\\'s \\'so\\'', 'String') IN _CAST('[\\'a\\\\\\'b\\']', 'Array(String)')",
      [],
    ])
  })

  it('of another type, of no such value or in the clauses at the end is left', () => {
    const parameters = { a: '5', b: '256', c: '1' }
    const [text, left] = inlined('SELECT {a:UInt8}, {b:UInt8}, {a:Nullable(UInt8)} FORMAT {c:Identifier}', parameters)
    expect(text).toBe("SELECT _CAST(5, 'UInt8'), {b:UInt8}, {a:Nullable(UInt8)} FORMAT {c:Identifier}")
    expect(left.sort()).toEqual(['a', 'b', 'c'])
    expect(inlined('INSERT INTO t SELECT {a:UInt8}', parameters)[0]).toContain('{a:UInt8}')
  })

  it('moves the clauses behind it', () => {
    const { statement } = inlineParameters(
      readStatement('SELECT {a:UInt8} FORMAT CSV SETTINGS max_threads = 1'),
      new Map([['a', '5']]),
    )
    expect(statement.text.slice(statement.formatAt)).toBe('FORMAT CSV SETTINGS max_threads = 1')
    expect(statement.text.slice(statement.settingsAt!.offset)).toBe(' max_threads = 1')
  })

  it('is set when there is much to put in', () => {
    expect(inlined('SELECT {a:String}, {b:UInt8}', { a: 'x'.repeat(20_000), b: '1' })[1].sort()).toEqual(['a', 'b'])
  })
})

describe('what the engine answers', () => {
  let server: TestClickHouse
  beforeAll(async () => {
    server = await startClickHouse()
  })
  afterAll(() => server?.stop())

  /** Everything but what differs between any two answers. */
  async function ask(type: string, value: string, isSet: boolean) {
    // With much text beside it nothing is put in.
    const query = `SELECT {value:${type}} AS v, toTypeName(v) AS t, length({beside:String}) > 0 AS b FORMAT JSONEachRow`
    const body = new FormData()
    body.set('query', query)
    body.set('param_value', value)
    body.set('param_beside', 'x'.repeat(isSet ? 20_000 : 1))
    const { username, password, origin } = new URL(server.url)
    const authorization = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`
    const answer = await fetch(`${origin}/`, { method: 'POST', headers: { authorization }, body })
    return [answer.status, (await answer.text()).replaceAll('x'.repeat(20_000), 'x')]
  }

  const escaped = fc
    .array(
      fc.oneof(
        fc.string({ unit: 'binary' }),
        fc.constantFrom('\\', "'", "''", '\\n', '\\x41', '\\N', '\\q', '{', '`', '\\0', '--'),
      ),
      { maxLength: 5 },
    )
    .map((parts) => parts.join(''))
  const whole = fc.oneof(
    fc.bigInt({ min: -(2n ** 65n), max: 2n ** 65n }).map(String),
    fc.constantFrom('0', '-0', '00', '1 ', ' 1', '+1', '1e3', '', '0x10', '255', '256', '-128', '-129', '1.5'),
  )
  const list = fc.oneof(
    fc
      .array(escaped, { maxLength: 3 })
      .map((all) => `[${all.map((one) => `'${one.replaceAll("'", "\\'")}'`).join(',')}]`),
    fc.array(whole, { maxLength: 3 }).map((all) => `[${all.join(',')}]`),
    escaped,
  )
  const TYPES: Record<string, fc.Arbitrary<string>> = {
    String: escaped,
    UInt8: whole,
    Int64: whole,
    UInt64: whole,
    'Array(String)': list,
    'Array(UInt32)': list,
    'Array(Int64)': list,
  }

  it.each(Object.entries(TYPES))('is the same whether a value of type %s is put in or set', async (type, values) => {
    await fc.assert(
      fc.asyncProperty(values, async (value) => {
        expect(await ask(type, value, false)).toEqual(await ask(type, value, true))
      }),
      { numRuns: effort(25, 1_000) },
    )
  })

  it('to what is no SQL counts positions as the client does', async () => {
    const query = (more: string) => ({
      query: `SELECT {a:String} FRM x${more}`,
      query_params: { a: 'some text', b: 'x'.repeat(20_000) },
    })
    const said = async (more: string) => String(await server.client.query(query(more)).catch((error: unknown) => error))
    const [inlinedSays, setSays] = [await said(''), await said(' {b:String}')]
    const position = (text: string) => /position (\d+)/.exec(text)?.[1]
    expect(position(inlinedSays)).toBeDefined()
    expect(position(inlinedSays)).toBe(position(setSays))
  })
})
