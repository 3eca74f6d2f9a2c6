import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decodeAnyValue } from '../../test/kit/decode.ts'
import { anyValueFields } from '../../test/kit/random-requests.ts'
import { attribute, index, request, span } from '../../test/kit/requests.ts'
import { attributeValue } from '../../test/kit/tape.ts'
import { double, int, len } from '../../test/kit/wire.ts'
import { DEFAULT_LIMITS, type FormattedValue, formatValue, jsonToTraces, parseValue } from '../index.ts'

function format(...value: Uint8Array[]): FormattedValue {
  return formatValue(index(request(span(attribute(9, 'k', ...value)))).tape, 0)
}

const array = (...values: Uint8Array[]) => len(5, ...values.map((value) => len(1, value)))
const kvlist = (...pairs: [string, Uint8Array][]) => len(6, ...pairs.map(([key, value]) => attribute(1, key, value)))
const EMPTY = Buffer.alloc(0)

describe('a value is stored as', () => {
  test.each<[string, Uint8Array, string, string]>([
    ['nothing', EMPTY, 'n', ''],
    ['a string', len(1, 'grün'), 's', 'grün'],
    ['an empty string', len(1), 's', ''],
    ['true', int(2, 1), 'b', 'true'],
    ['false', int(2, 0), 'b', 'false'],
    ['true in several bytes', int(2, 2n ** 40n), 'b', 'true'],
    ['zero', int(3, 0), 'i', '0'],
    ['a small integer', int(3, 127), 'i', '127'],
    ['an integer of two bytes', int(3, 128), 'i', '128'],
    ['a negative integer', int(3, -1), 'i', '-1'],
    ['2^32 - 1', int(3, 4_294_967_295), 'i', '4294967295'],
    ['2^53', int(3, 2n ** 53n), 'i', '9007199254740992'],
    ['-2^53 - 1', int(3, -(2n ** 53n) - 1n), 'i', '-9007199254740993'],
    ['the largest integer', int(3, 2n ** 63n - 1n), 'i', '9223372036854775807'],
    ['the smallest integer', int(3, -(2n ** 63n)), 'i', '-9223372036854775808'],
    ['a double', double(4, 0.1), 'd', '0.1'],
    ['an integral double', double(4, 3), 'd', '3'],
    ['a large double', double(4, 1e21), 'd', '1e+21'],
    ['the negative zero', double(4, -0), 'd', '-0'],
    ['no number', double(4, Number.NaN), 'd', 'NaN'],
    ['an infinity', double(4, -Infinity), 'd', '-Infinity'],
    ['bytes', len(7, Buffer.from([0xff, 0xfe])), 'y', '//4='],
    ['an empty array', array(), 'a', '[]'],
    [
      'an array',
      array(len(1, 'a"b'), int(3, 1), double(4, 1), double(4, -0), int(2, 0)),
      'a',
      '["a\\"b",1,1.0,-0.0,false]',
    ],
    ['an array with a large integer', array(int(3, 2n ** 62n)), 'a', '[4611686018427387904]'],
    [
      'lists in lists',
      kvlist(['b', array(array())], ['a', kvlist()], ['1', int(3, 1)]),
      'k',
      '{"b":[[]],"a":{},"1":1}',
    ],
    [
      'an array with bytes',
      array(len(7, 'x'), int(3, 1)),
      'A',
      '{"arrayValue":{"values":[{"bytesValue":"eA=="},{"intValue":"1"}]}}',
    ],
    ['an array with nothing in it', array(EMPTY), 'A', '{"arrayValue":{"values":[{}]}}'],
    [
      'an array with an infinity',
      array(double(4, Infinity)),
      'A',
      '{"arrayValue":{"values":[{"doubleValue":"Infinity"}]}}',
    ],
    [
      'a list with a key given twice',
      kvlist(['k', int(2, 1)], ['k', len(1, 's')]),
      'K',
      '{"kvlistValue":{"values":[{"key":"k","value":{"boolValue":true}},{"key":"k","value":{"stringValue":"s"}}]}}',
    ],
    [
      'a list with bytes deep inside',
      kvlist(['k', array(kvlist(['b', len(7)]), double(4, -0), double(4, 2))]),
      'K',
      '{"kvlistValue":{"values":[{"key":"k","value":{"arrayValue":{"values":[{"kvlistValue":{"values":[{"key":"b","value":{"bytesValue":""}}]}},{"doubleValue":"-0"},{"doubleValue":2}]}}}]}}',
    ],
  ])('%s', (_, value, code, text) => {
    expect(format(value)).toEqual({ code, text })
  })
})

describe('what was sent comes back', () => {
  test('from the stored text of any value', () => {
    const codes = new Set<string>()
    fc.assert(
      fc.property(anyValueFields, (fields) => {
        const { tape } = index(request(span(attribute(9, 'k', ...fields))))
        const sent = decodeAnyValue(Buffer.concat(fields))
        const back = attributeValue(tape, 0)
        codes.add(formatValue(tape, 0).code)
        expect(back).toEqual(sent)

        // And as OTLP/JSON, out to another server and in again.
        const json = {
          resourceSpans: [{ resource: { attributes: [{ key: 'k', value: back }] }, scopeSpans: [{ spans: [SPAN] }] }],
        }
        const again = jsonToTraces(Buffer.from(JSON.stringify(json)), DEFAULT_LIMITS)
        expect(again.kind === 'ok' && attributeValue(index(again.bytes).tape, 0)).toEqual(sent)
      }),
      { numRuns: 500 },
    )
    expect([...codes].sort()).toEqual(['A', 'K', 'a', 'b', 'd', 'i', 'k', 'n', 's', 'y'])
  })

  test.each([
    ['a', '["cut at some'],
    ['k', '{"a":1}}'],
    ['A', '{"arrayValue":'],
    ['K', ''],
    ['a', '['.repeat(5_000)],
  ] as const)('but a text that does not fit the code %s comes back as a string', (code, text) => {
    expect(parseValue(code, text)).toEqual({ stringValue: text })
  })
})

const SPAN = {
  traceId: '000102030405060708090a0b0c0d0e0f',
  spanId: '1011121314151617',
  startTimeUnixNano: '1795391408320000000',
}
