import { expect, it } from 'vitest'
import { prettyText } from './pretty-text.ts'

it('lays out objects and lists', () => {
  expect(prettyText('{"a":[1,"<b>"]}')).toEqual({ text: '{\n  "a": [\n    1,\n    "<b>"\n  ]\n}', isJson: true })
})

it.each(['plain words', '{"cut": "in the midd', '42', '"word"', '', '[object Object]'])(
  'leaves %j as it is',
  (text) => {
    expect(prettyText(text)).toEqual({ text, isJson: false })
  },
)

it('keeps hostile keys as text', () => {
  expect(prettyText('{"__proto__":{"x":1}}').text).toBe('{\n  "__proto__": {\n    "x": 1\n  }\n}')
})

it('never changes a number that JavaScript can not hold', () => {
  expect(prettyText('{"id":12345678901234567890}')).toEqual({ text: '{"id":12345678901234567890}', isJson: true })
})
