import { describe, expect, test } from 'vitest'
import { attribute, index, request, span } from '../../test/kit/requests.ts'
import { double, int, len, varint } from '../../test/kit/wire.ts'

describe('bytes that are no request', () => {
  test.each([
    ['a truncated varint', Buffer.from([0x08, 0x80]), 'truncated varint at byte 1'],
    ['a varint of eleven bytes', Buffer.from([0xa0, 0x06, ...Array(10).fill(0x80), 1]), 'more than 64 bits at byte 2'],
    ['a varint beyond bit 63', Buffer.from([0xa0, 0x06, ...Array(9).fill(0x80), 2]), 'more than 64 bits at byte 2'],
    ['a length beyond the end', Buffer.from([0x0a, 0x05, 0x00]), 'a length of 5 with 1 bytes left at byte 1'],
    ['a missing length', Buffer.from([0x0a]), 'truncated varint at byte 1'],
    ['a negative length', Buffer.concat([Buffer.from([0x0a]), varint(-1)]), 'negative or beyond 2 GiB at byte 1'],
    [
      'a length that is negative as 32 bits',
      Buffer.concat([Buffer.from([0x0a]), varint(0xffffffff)]),
      'negative or beyond 2 GiB',
    ],
    ['a known field of another wire type', int(1, 5), 'field 1 with wire type 0'],
    ['a span’s name as a number', request(span(int(5, 1))), 'field 5 with wire type 0'],
    ['a value’s int as a double', request(span(attribute(9, 'k', double(3, 1)))), 'field 3 with wire type 1'],
    ['a list’s element as a number', request(span(attribute(9, 'k', len(5, int(1, 1))))), 'field 1 with wire type 0'],
    ['field number 0', Buffer.from([0x02, 0x00]), 'field number 0 at byte 0'],
    ['wire type 6', Buffer.from([0x0e, 0x00]), 'wire type 6'],
    ['wire type 7', Buffer.from([0xa7, 0x06]), 'wire type 7'],
    ['a tag of more than 32 bits', Buffer.concat([varint(2n ** 40n), Buffer.from([1])]), 'a tag of more than 32 bits'],
    ['a truncated fixed64', Buffer.from([0xa1, 0x06, 1, 2, 3]), 'truncated 8-byte number at byte 2'],
    ['a truncated fixed32', Buffer.from([0xa5, 0x06, 1, 2, 3]), 'truncated 4-byte number at byte 2'],
    ['the end of no group', Buffer.from([0xa4, 0x06]), 'the end of a group that was not begun'],
    ['a group without an end', Buffer.from([0xa3, 0x06, 0x08, 0x01]), 'a group without an end'],
    ['a group with another’s end', Buffer.from([0xa3, 0x06, 0xac, 0x06]), 'the end of another group'],
    ['groups a thousand deep', Buffer.alloc(2_000, Buffer.from([0xa3, 0x06])), 'groups nested deeper than 32'],
    ['garbage after the last field', Buffer.concat([request(span()), Buffer.from([0xff])]), 'truncated varint'],
    ['a fault in a span that is rejected anyway', request(len(2, len(1, 'short'), Buffer.from([0x0f]))), 'wire type 7'],
    ['text', Buffer.from('{"resourceSpans":[]}'), 'a length of 114 with 17 bytes left at byte 2'],
  ])('%s', (_, body, message) => {
    const { outcome, tape } = index(body)
    expect(outcome.kind).toBe('malformed')
    expect((outcome as { message: string }).message).toContain(message)
    expect(tape.spans.length + tape.resources.length + tape.attributes.length).toBe(0)
  })
})
