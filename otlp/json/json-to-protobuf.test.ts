import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { anyInt64 } from '../../test/kit/random-requests.ts'
import { index } from '../../test/kit/requests.ts'
import { type ReadSpan, readTape } from '../../test/kit/tape.ts'
import { DEFAULT_LIMITS, type Indexed, jsonToTraces, type OtlpLimits, TRACES } from '../index.ts'

const IDS = '"traceId":"5b8efff798038103d269b633813fc60c","spanId":"eee19b7ec3c1b174"'
const TIMES = '"startTimeUnixNano":"1795391408320000000"'

function convert(json: string | Buffer, limits: Partial<OtlpLimits> = {}): Buffer {
  const outcome = jsonToTraces(Buffer.from(json), { ...DEFAULT_LIMITS, ...limits })
  if (outcome.kind !== 'ok') throw new Error(outcome.message)
  return outcome.bytes
}

function request(...spans: string[]): string {
  return `{"resourceSpans":[{"scopeSpans":[{"spans":[${spans.join(',')}]}]}]}`
}

function spanOf(fields: string, limits: Partial<OtlpLimits> = {}): ReadSpan {
  const [span] = readTape(index(convert(request(`{${IDS},${TIMES},${fields}}`), limits), limits).tape)
  if (!span) throw new Error('the span was rejected')
  return span
}

function valueFrom(json: string) {
  return spanOf(`"attributes":[{"key":"k","value":${json}}]`).attributes[0]?.value
}

function refusal(json: string | Buffer): string {
  const outcome = jsonToTraces(Buffer.from(json), DEFAULT_LIMITS)
  return outcome.kind === 'malformed' ? outcome.message : outcome.kind
}

describe('OTLP/JSON', () => {
  test('takes every field of a request', () => {
    const json = `{"resourceSpans":[{
      "resource":{"attributes":[{"key":"service.name","value":{"stringValue":"shop"}}],"droppedAttributesCount":1},
      "scopeSpans":[{
        "scope":{"name":"n","version":"v","attributes":[],"droppedAttributesCount":2},
        "spans":[{${IDS},"parentSpanId":"EEE19B7EC3C1B173","traceState":"a=b","flags":257,"name":"op","kind":3,
          ${TIMES},"endTimeUnixNano":"1795391408320000009",
          "attributes":[{"key":"b","value":{"boolValue":true}}],"droppedAttributesCount":3,
          "events":[{"timeUnixNano":"5","name":"e","attributes":[{"key":"d","value":{"doubleValue":1.5}}],"droppedAttributesCount":4}],
          "droppedEventsCount":5,
          "links":[{"traceId":"5B8EFFF798038103D269B633813FC60C","spanId":"EEE19B7EC3C1B174","traceState":"c=d","flags":1,"attributes":[],"droppedAttributesCount":6}],
          "droppedLinksCount":7,"status":{"code":2,"message":"broke"}}],
        "schemaUrl":"s"}],
      "schemaUrl":"r"}]}`
    expect(readTape(index(convert(json)).tape)).toEqual([
      {
        traceId: '5b8efff798038103d269b633813fc60c',
        spanId: 'eee19b7ec3c1b174',
        parentSpanId: 'eee19b7ec3c1b173',
        traceState: 'a=b',
        name: 'op',
        kind: 3,
        flags: 257,
        start: '1795391408320000000',
        end: '1795391408320000009',
        attributes: [{ key: 'b', value: { boolValue: true } }],
        dropped: [3, 5, 7],
        events: [{ time: '5', name: 'e', attributes: [{ key: 'd', value: { doubleValue: 1.5 } }], dropped: 4 }],
        links: [
          {
            traceId: '5b8efff798038103d269b633813fc60c',
            spanId: 'eee19b7ec3c1b174',
            traceState: 'c=d',
            flags: 1,
            attributes: [],
            dropped: 6,
          },
        ],
        status: [2, 'broke'],
        scope: { name: 'n', version: 'v', schemaUrl: 's', attributes: [], dropped: 2 },
        resource: {
          schemaUrl: 'r',
          attributes: [{ key: 'service.name', value: { stringValue: 'shop' } }],
          dropped: 1,
        },
      },
    ])
  })

  test('becomes the bytes that protobufjs writes', () => {
    const message = {
      resourceSpans: [
        {
          scopeSpans: [
            { spans: [{ name: 'x'.repeat(20_000), kind: 1, attributes: [{ key: 'k', value: { intValue: -1 } }] }] },
          ],
        },
      ],
    }
    const expected = TRACES.request.encode(TRACES.request.fromObject(message)).finish()
    expect(convert(JSON.stringify(message)).equals(expected)).toBe(true)
  })

  test('takes an empty request, white space, and null for what is absent', () => {
    expect(convert('{}').length).toBe(0)
    expect(convert(' \r\n\t{ "resourceSpans" : null } \n').length).toBe(0)
    const span = spanOf('"parentSpanId":null,"attributes":null,"status":null,"kind":null,"name" : "n"')
    expect(span).toMatchObject({ name: 'n', kind: 0, parentSpanId: '', attributes: [] })
  })

  test('ignores unknown fields, snake_case and look-alikes of object members too', () => {
    const unknown = '"name_":1,"trace_state":"x","__proto__":{"a":[{}]},"constructor":[1,"]}",null],"x":-1.5e3,"y":true'
    expect(spanOf(`${unknown},"name":"kept"`)).toMatchObject({ name: 'kept', traceState: '' })
    expect(({} as Record<string, unknown>).a).toBeUndefined()
  })

  test('keeps __proto__ and constructor as attribute keys', () => {
    const pair = (key: string) =>
      `{"key":"${key}","value":{"kvlistValue":{"values":[{"key":"${key}","value":{"intValue":"1"}}]}}}`
    const { attributes } = spanOf(`"attributes":[${pair('__proto__')},${pair('constructor')}]`)
    expect(attributes).toEqual(
      ['__proto__', 'constructor'].map((key) => ({
        key,
        value: { kvlistValue: { values: [{ key, value: { intValue: '1' } }] } },
      })),
    )
  })

  test('reads field names that are written with escapes', () => {
    expect(spanOf('"n\\u0061me":"escaped"').name).toBe('escaped')
  })

  test('reads text with escapes, and a lone surrogate as the replacement character', () => {
    expect(valueFrom('{"stringValue":"a\\n\\"\\\\\\/\\u00e9\\ud83d\\ude00 ü"}')).toEqual({
      stringValue: 'a\n"\\/é😀 ü',
    })
    expect(valueFrom('{"stringValue":"\\ud83d!"}')).toEqual({ stringValue: '\ufffd!' })
  })
})

describe('numbers in OTLP/JSON', () => {
  test('64-bit integers are exact as string and as number', () => {
    fc.assert(
      fc.property(anyInt64, (value) => {
        expect(valueFrom(`{"intValue":"${value}"}`)).toEqual({ intValue: String(value) })
        expect(valueFrom(`{"intValue":${value}}`)).toEqual({ intValue: String(value) })
      }),
      { numRuns: 100 },
    )
  })

  test.each([
    ['7.0', '7'],
    ['7e2', '700'],
    ['1.5e1', '15'],
    ['-0', '0'],
    ['9223372036854775807', '9223372036854775807'],
    ['9.223372036854775807e18', '9223372036854775807'],
    ['"-9223372036854775808"', '-9223372036854775808'],
  ])('the integer %s is %s', (json, expected) => {
    expect(valueFrom(`{"intValue":${json}}`)).toEqual({ intValue: expected })
  })

  test('times are exact as number', () => {
    const [span] = readTape(
      index(
        convert(request(`{${IDS},"startTimeUnixNano":1795391408320000001,"endTimeUnixNano":1.795391408320000003e18}`)),
      ).tape,
    )
    expect([span?.start, span?.end]).toEqual(['1795391408320000001', '1795391408320000003'])
  })

  test.each([
    ['0.1', 0.1],
    ['-1', -1],
    ['1e-320', 1e-320],
    ['"2.5"', 2.5],
    ['"NaN"', 'NaN'],
    ['"Infinity"', 'Infinity'],
    ['"-Infinity"', '-Infinity'],
    ['-0', '-0'],
    ['-0.0', '-0'],
  ])('the double %s is %s', (json, expected) => {
    expect(valueFrom(`{"doubleValue":${json}}`)).toEqual({ doubleValue: expected })
  })

  test.each(['+/+/', '-_-_', '+/8=', '-_8', ''])('bytes %j are read as base64 of either alphabet', (text) => {
    expect(valueFrom(`{"bytesValue":"${text}"}`)).toEqual({
      bytesValue: Buffer.from(text, 'base64').toString('base64'),
    })
  })
})

describe('spans of OTLP/JSON that are rejected, not their request', () => {
  test.each([
    ['a trace id that is not hexadecimal', '"traceId":"zz8efff798038103d269b633813fc60c"', 'trace_id'],
    ['a trace id in base64', '"traceId":"W47/95gDgQPSabYzgT/GDA=="', 'trace_id'],
    ['a span id of an odd number of digits', '"spanId":"eee19b7ec3c1b17"', 'span_id'],
    ['a span id of eight other letters', '"spanId":"eightlet"', 'span_id'],
    ['an id of a megabyte', `"spanId":"${'a'.repeat(1_000_000)}"`, 'span_id'],
    [
      'a value nested too deeply',
      `"attributes":[{"key":"k","value":${'{"arrayValue":{"values":['.repeat(60)}${']}}'.repeat(60)}}]`,
      'depth',
    ],
  ])('%s', (_, field, reason) => {
    const { outcome, tape } = index(convert(request(`{${IDS},${TIMES},${field}}`, `{${IDS},${TIMES},"name":"good"}`)))
    expect((outcome as Indexed).rejected.reasons.map((entry) => entry.reason)).toEqual([reason])
    expect(readTape(tape).map(({ name }) => name)).toEqual(['good'])
  })

  test('a value just as deep as allowed is kept', () => {
    const value = `${'{"arrayValue":{"values":['.repeat(3)}{"intValue":1}${']}}'.repeat(3)}`
    expect(spanOf(`"attributes":[{"key":"k","value":${value}}]`, { depthMax: 4 }).attributes.length).toBe(1)
    expect(() => spanOf(`"attributes":[{"key":"k","value":${value}}]`, { depthMax: 3 })).toThrow('rejected')
  })
})

describe('what is not OTLP/JSON', () => {
  test.each([
    ['nothing', '', 'a request that is not an object at byte 0'],
    ['an array', '[]', 'a request that is not an object at byte 0'],
    ['an object without an end', '{"resourceSpans":[', 'not an object at byte 18'],
    ['two objects', '{}{}', 'something after the end of the JSON value at byte 2'],
    ['a comma too many', '{"resourceSpans":[],}', 'a key that is not a string at byte 20'],
    ['a missing comma', '{"a":1 "b":2}', 'without the expected "," at byte 7'],
    ['a missing colon', '{"a" 1}', 'without the expected ":" at byte 5'],
    ['an object where an array belongs', '{"resourceSpans":{}}', 'resourceSpans that is not an array at byte 17'],
    ['null in an array', '{"resourceSpans":[null]}', 'resourceSpans that is not an object at byte 18'],
    ['a name as a number', request('{"name":5}'), 'name that is not a string'],
    [
      'an enumeration by name',
      request('{"kind":"SPAN_KIND_SERVER"}'),
      'kind that is not an integer (OTLP/JSON takes no names)',
    ],
    ['an enumeration with a fraction', request('{"kind":1.5}'), 'kind that is not an integer'],
    [
      'a boolean as text',
      request('{"attributes":[{"value":{"boolValue":"true"}}]}'),
      'boolValue that is neither true nor false',
    ],
    [
      'an integer beyond 64 bits',
      request('{"attributes":[{"value":{"intValue":"9223372036854775808"}}]}'),
      'intValue that is out of range',
    ],
    ['a negative time', request('{"startTimeUnixNano":-1}'), 'startTimeUnixNano that is out of range'],
    ['an integer of a huge exponent', request('{"flags":1e999999999}'), 'flags that is not an integer'],
    [
      'a number as a word',
      request('{"attributes":[{"value":{"doubleValue":"one"}}]}'),
      'doubleValue that is not a number',
    ],
    [
      'a double beyond doubles',
      request('{"attributes":[{"value":{"doubleValue":1e999}}]}'),
      'doubleValue that is not a number, or too large',
    ],
    [
      'bytes that are not base64',
      request('{"attributes":[{"value":{"bytesValue":"a*b="}}]}'),
      'bytesValue that is not base64',
    ],
    [
      'base64 with a digit too many',
      request('{"attributes":[{"value":{"bytesValue":"AAAAA"}}]}'),
      'bytesValue that is not base64',
    ],
    ['a number of a megabyte', `{"x":${'1'.repeat(1_000_000)}}`, 'a number that is too long at byte 5'],
    ['a number with leading zeros', '{"x":01}', 'no JSON value at byte 5'],
    ['a word that JSON does not know', '{"x":NaN}', 'no JSON value at byte 5'],
    ['single quotes', "{'x':1}", 'a key that is not a string at byte 1'],
    ['a control character in a string', '{"x":"a\nb"}', 'a control character in a JSON string at byte 7'],
    ['a wrong escape', '{"x":"\\x41"}', 'a wrong escape in the JSON string'],
    ['a string without an end', '{"x":"abc', 'a JSON string without an end'],
    ['brackets that do not match', '{"x":[1}', 'without the expected ","'],
    ['brackets a million deep', `{"x":${'['.repeat(1_000_000)}`, 'JSON nested deeper than 512'],
  ])('%s', (_, json, message) => {
    expect(refusal(json)).toContain(message)
    expect(refusal(json)).toMatch(/^not OTLP\/JSON: .* at byte \d+$/)
  })
})
