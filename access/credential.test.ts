import { expect, it } from 'vitest'
import { credentialOf } from './credential.ts'

it.each([
  [{}, { text: null }],
  [{ authorization: 'Bearer abc' }, { text: 'abc' }],
  [{ authorization: 'bearer  abc ' }, { text: 'abc' }],
  [{ 'x-api-key': 'abc' }, { text: 'abc' }],
  [{ authorization: 'Bearer abc', 'x-api-key': 'abc' }, { text: 'abc' }],
])('%j carries %j', (headers, found) => {
  expect(credentialOf(headers)).toEqual(found)
})

it.each([
  { authorization: 'Basic dXNlcjpwYXNz' },
  { authorization: 'Bearer' },
  { authorization: 'Bearer a b' },
  { authorization: '' },
  { authorization: ['Bearer a', 'Bearer b'] },
  { authorization: 'Bearer a', 'x-api-key': 'b' },
  { 'x-api-key': '' },
  { 'x-api-key': 'x'.repeat(8_193) },
])('%j is told to be malformed', (headers) => {
  expect(credentialOf(headers)).toEqual({ malformed: expect.stringMatching(/\.$/) })
})
