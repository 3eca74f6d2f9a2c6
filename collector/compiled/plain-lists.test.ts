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
      // Of several members the last counts.
      array(Buffer.concat([text('first'), int(3, 2)])),
    )
    expect(left).toBe(0)
    expect(texts.slice(0, 2)).toEqual(['a []', 'k {}'])
    expect(texts[4]).toBe('k {"a":"b","":12,"nested":{"a":[[7]]}}')
  })

  it('are left where anything is not', () => {
    const many = Array.from({ length: 17 }, (_, i) => pair(`k${i}`, int(3, i)))
    const lists = [
      array(text('"')),
      array(text(`${'x'.repeat(40)}\\`)),
      array(text('tab\t')),
      array(double(4, 1.5)),
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
