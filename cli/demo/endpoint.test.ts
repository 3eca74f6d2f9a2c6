import { expect, it } from 'vitest'
import { parseEndpoint } from './endpoint.ts'

it('takes http and https', () => {
  for (const url of ['http://otel:4318', 'https://otel.example/base']) expect(parseEndpoint(url)).toBe(url)
})

it.each(['nonsense', 'localhost:4318', '127.0.0.1:4318', 'grpc://otel:4317', ''])(
  'refuses %j before anything is tried',
  (text) => {
    expect(() => parseEndpoint(text)).toThrow('http://host:4318')
  },
)
