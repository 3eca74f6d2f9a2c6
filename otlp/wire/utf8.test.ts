import { describe, expect, test } from 'vitest'
import { attribute, index, request, span } from '../../test/kit/requests.ts'
import { readTape } from '../../test/kit/tape.ts'
import { len } from '../../test/kit/wire.ts'

describe('text that is not UTF-8', () => {
  test('is repaired byte by byte and the span is kept', () => {
    const cut = Buffer.from('grün').subarray(0, 3)
    const body = request(
      span(
        len(5, cut),
        len(9, len(1, Buffer.from([0x6b, 0xff])), len(2, len(1, Buffer.from([0xf0, 0x9f, 0x98, 0x21])))),
        attribute(9, 'list', len(5, len(1, len(1, Buffer.from([0xc0, 0x80]))))),
      ),
    )
    const { tape, outcome } = index(body)
    expect(outcome).toMatchObject({ kind: 'indexed', repaired: 4 })
    const [read] = readTape(tape)
    expect(read?.name).toBe('gr?')
    expect(read?.attributes).toEqual([
      { key: 'k?', value: { stringValue: '???!' } },
      { key: 'list', value: { arrayValue: { values: [{ stringValue: '??' }] } } },
    ])
  })

  test('does not touch bytes values or proper text', () => {
    const body = request(span(len(5, 'grün 😀 ߿ ퟿'), attribute(9, 'k', len(7, Buffer.from([0xff, 0x00])))))
    const { tape, outcome } = index(body)
    expect(outcome).toMatchObject({ repaired: 0 })
    expect(readTape(tape)[0]).toMatchObject({ name: 'grün 😀 ߿ ퟿', attributes: [{ value: { bytesValue: '/wA=' } }] })
  })

  test('is found at any place of names and values of any length', () => {
    for (let length = 1; length <= 20; length++) {
      for (let at = 0; at < length; at++) {
        const text = Buffer.alloc(length, 'x')
        text[at] = 0xff
        const { tape, outcome } = index(request(span(len(5, text), attribute(9, 'k', len(1, text)))))
        expect(outcome).toMatchObject({ repaired: 2 })
        const repaired = `${'x'.repeat(at)}?${'x'.repeat(length - at - 1)}`
        expect(readTape(tape)[0]).toMatchObject({ name: repaired, attributes: [{ value: { stringValue: repaired } }] })
      }
    }
  })
})
