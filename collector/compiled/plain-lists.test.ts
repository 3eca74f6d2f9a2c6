import { DEFAULT_LIMITS } from '@runlens/otlp'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { attribute, NOW_MS, request, span } from '../../test/kit/requests.ts'
import { double, int, len } from '../../test/kit/wire.ts'
import { AttributeValues } from '../blocks/attribute-values.ts'
import { CompiledValues } from './compiled-values.ts'
import { Stages } from './stages.ts'
import { TraceIndexer } from './trace-indexer.ts'

const stages = new Stages()
const indexer = new TraceIndexer(stages)
const compiled = new CompiledValues(stages)
const reference = new AttributeValues()

const text = (value: string) => len(1, value)
const array = (...values: Buffer[]) => len(5, ...values.map((value) => len(1, value)))
const pair = (key: string, ...value: Buffer[]) => len(1, len(1, key), len(2, ...value))
const map = (...pairs: Buffer[]) => len(6, ...pairs)

const anyDouble = fc.double()
/** Few digits, as most doubles of people have. */
const decimal = fc.tuple(fc.maxSafeInteger(), fc.nat(17), fc.nat(8)).map(([digits, less, places]) => {
  return Number(`${Math.trunc(digits / 10 ** less)}e-${places}`)
})

function textsOf({ starts, ends, codes, formatted }: AttributeValues): string[] {
  return Array.from({ length: indexer.tape.attributes.length }, (_, i) => {
    const { buffer } = indexer.tape
    const bytes =
      starts[i]! < 0 ? formatted.bytes.subarray(-1 - starts[i]!, ends[i]) : buffer.subarray(starts[i], ends[i])
    return `${String.fromCharCode(codes[i]!)} ${Buffer.from(bytes).toString()}`
  })
}

/** Both ways, compared. @returns how many values the compiled stage leaves, and the texts */
function format(...values: Buffer[]): { left: number; texts: string[] } {
  const body = request(span(...values.map((value, i) => attribute(9, `key ${i}`, value))))
  expect(indexer.index(body, DEFAULT_LIMITS, NOW_MS)).toBeDefined()
  compiled.prepare(indexer.tape)
  const texts = textsOf(compiled)
  reference.prepare(indexer.tape)
  expect(texts).toEqual(textsOf(reference))
  return { left: stages.run.prepareValues(indexer.tape.attributes.length), texts }
}

describe('lists as JSON', () => {
  it('are written by the compiled stage where they are plain', () => {
    const many = Array.from({ length: 16 }, (_, i) => pair(`k${i}`, int(3, i)))
    const { left, texts } = format(
      array(),
      map(),
      array(text(''), text('grün 😀'), text('x'.repeat(15)), text('y'.repeat(16)), text('z'.repeat(300))),
      array(int(2, 1), int(2, 0), int(3, 0), int(3, -1), int(3, 2n ** 63n - 1n), int(3, -(2n ** 63n))),
      map(pair('a', text('b')), pair('', int(3, 12)), pair('nested', map(pair('a', array(array(int(3, 7))))))),
      map(...many),
      array(double(4, 1.5), double(4, 3), double(4, -0), double(4, -12.345678)),
      // Of several members the last counts.
      array(Buffer.concat([text('first'), int(3, 2)])),
    )
    expect(left).toBe(0)
    expect(texts.slice(0, 2)).toEqual(['a []', 'k {}'])
    expect(texts[4]).toBe('k {"a":"b","":12,"nested":{"a":[[7]]}}')
    expect(texts[6]).toBe('a [1.5,3.0,-0.0,-12.345678]')
  })

  it('are left where anything is not', () => {
    const many = Array.from({ length: 17 }, (_, i) => pair(`k${i}`, int(3, i)))
    const lists = [
      array(text('"')),
      array(text(`${'x'.repeat(40)}\\`)),
      array(text('tab\t')),
      array(double(4, 0.1 + 0.2)),
      array(double(4, Number.NaN)),
      map(pair('a', double(4, Number.POSITIVE_INFINITY))),
      array(len(7, Buffer.from([1]))),
      array(Buffer.alloc(0)),
      map(pair('same', int(3, 1)), pair('other', int(3, 1)), pair('same', int(3, 2))),
      map(pair('line\n', int(3, 1))),
      map(pair('nothing')),
      map(len(1, len(1, 'no value'))),
      map(...many),
      map(pair('deep', array(map(pair('a', int(3, 1)), pair('a', int(3, 1)))))),
    ]
    expect(format(...lists).left).toBe(lists.length)
  })

  it('are the same for any list', () => {
    const { list } = fc.letrec<{ value: Buffer; list: Buffer }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 4 },
        fc.string({ maxLength: 40 }).map(text),
        fc.string({ unit: 'grapheme', maxLength: 20 }).map(text),
        fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map((value) => int(3, value)),
        fc.boolean().map((value) => int(2, value ? 1 : 0)),
        fc.oneof(anyDouble, decimal).map((value) => double(4, value)),
        tie('list'),
      ),
      list: fc.oneof(
        fc.array(tie('value'), { maxLength: 5 }).map((values) => array(...values)),
        fc
          .array(fc.tuple(fc.string({ maxLength: 3 }), tie('value')), { maxLength: 18 })
          .map((pairs) => map(...pairs.map(([key, value]) => pair(key, value)))),
      ),
    }))
    const seen = { plain: 0, left: 0 }
    fc.assert(
      fc.property(list, (value) => {
        seen[format(value).left === 0 ? 'plain' : 'left']++
      }),
      { numRuns: 400 },
    )
    expect(Math.min(seen.plain, seen.left)).toBeGreaterThan(20)
  })
})

describe('doubles', () => {
  const neighbours = (value: number) => {
    const at = new DataView(new ArrayBuffer(8))
    at.setFloat64(0, value)
    const bits = at.getBigInt64(0)
    return [bits - 1n, bits, bits + 1n].map((other) => {
      at.setBigInt64(0, other)
      return at.getFloat64(0)
    })
  }

  it('of few digits are written by the compiled stage', () => {
    const values = [0, -0, 1, -1, 0.1, 0.25, 1e-6, 0.000123, 99.95, -12345.678, 123456789.123456, 1e14, 999999999999999]
    const { left, texts } = format(...values.map((value) => double(4, value)))
    expect(left).toBe(0)
    expect(texts.slice(0, 2)).toEqual(['d 0', 'd -0'])
    expect(texts.slice(2)).toEqual(values.slice(2).map((value) => `d ${value}`))
  })

  it('of many, and what is no number, are left', () => {
    const values = [Number.NaN, Number.POSITIVE_INFINITY, 1e15, -1e21, 1e-7, 5e-324, 1 / 3, Number.MAX_VALUE]
    expect(format(...values.map((value) => double(4, value))).left).toBe(values.length)
  })

  it('are the same for any double', () => {
    const near = decimal.chain((value) => fc.constantFrom(...neighbours(value)))
    const seen = { written: 0, left: 0 }
    fc.assert(
      fc.property(fc.oneof(anyDouble, decimal, near), (value) => {
        seen[format(double(4, value)).left === 0 ? 'written' : 'left']++
      }),
      { numRuns: 3_000 },
    )
    expect(Math.min(seen.written, seen.left)).toBeGreaterThan(300)
  })
})
