import { expect, it } from 'vitest'
import { parseEndpoint, parseHeaders } from './endpoint.ts'

it('takes http and https', () => {
  for (const url of ['http://otel:4318', 'https://otel.example/base']) expect(parseEndpoint(url)).toBe(url)
})

it.each(['nonsense', 'localhost:4318', '127.0.0.1:4318', 'grpc://otel:4317', ''])(
  'refuses %j before anything is tried',
  (text) => {
    expect(() => parseEndpoint(text)).toThrow('http://host:4318')
  },
)

it.each([
  [undefined, {}],
  ['', {}],
  ['X-API-Key=abc', { 'x-api-key': 'abc' }],
  ['authorization=Bearer%20a%3Db, x=1=2', { authorization: 'Bearer a=b', x: '1=2' }],
  ['nothing,=x,bad=%zz', {}],
])('reads the headers %j', (text, headers) => {
  expect(parseHeaders(text)).toEqual(headers)
})
