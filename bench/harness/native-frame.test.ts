import { describe, expect, it } from 'vitest'
import { reframe } from './native-frame.ts'

const text = (value: string) => Buffer.from([value.length, ...Buffer.from(value)])

describe('a reframed block', () => {
  it('has block information in front and a mark before the values of each column', () => {
    const name = Buffer.concat([text('version()'), text('String')])
    const number = Buffer.concat([text('revision()'), text('UInt32')])
    const plain = Buffer.concat([Buffer.from([2, 1]), name, text('26.7'), number, Buffer.from([1, 2, 3, 4])])
    const information = Buffer.from([1, 0, 2, 255, 255, 255, 255, 0])
    const mark = Buffer.from([0])
    const framed = [information, Buffer.from([2, 1]), name, mark, text('26.7'), number, mark, Buffer.from([1, 2, 3, 4])]
    expect(reframe(plain)).toEqual(Buffer.concat(framed))
    expect(reframe(Buffer.concat([plain, plain]))).toEqual(Buffer.concat([...framed, ...framed]))
    expect(reframe(Buffer.alloc(0))).toEqual(Buffer.alloc(0))
  })
})
