import fc from 'fast-check'
import { expect, it } from 'vitest'
import { errorText, jsonText, jsonValue } from './json-text.ts'

it('brings every JSON value back', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 3 }), (value) => {
      expect(jsonValue(jsonText(value))).toEqual(JSON.parse(JSON.stringify(value)))
    }),
  )
})

it('leaves texts readable where they stay what they are', () => {
  expect(jsonText('all done')).toBe('all done')
  expect(jsonText('42')).toBe('"42"')
  expect(jsonText('null')).toBe('"null"')
})

it('takes the message of an error', () => {
  expect(errorText('no')).toBe('no')
  expect(errorText({ message: 'no', code: 1 })).toBe('no')
  expect(errorText({ code: 1 })).toBe('{"code":1}')
})
