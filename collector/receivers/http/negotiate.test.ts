import { describe, expect, it } from 'vitest'
import { acceptsGzip, compressionOf, encodingOf } from './negotiate.ts'

describe('negotiation', () => {
  it.each([
    ['application/json', 'json'],
    ['APPLICATION/JSON', 'json'],
    ['application/json; charset=utf-8', 'json'],
    ['application/json;charset=UTF-8', 'json'],
    ['application/x-protobuf', 'protobuf'],
    [' Application/X-Protobuf ; messageType=x', 'protobuf'],
    ['text/plain', undefined],
    ['application/jsonp', undefined],
    ['application/x-protobuf2', undefined],
    ['', undefined],
    [undefined, undefined],
  ])('reads the Content-Type %j as %j', (header, encoding) => {
    expect(encodingOf(header)).toBe(encoding)
  })

  it.each([
    [undefined, 'identity'],
    ['', 'identity'],
    ['identity', 'identity'],
    ['gzip', 'gzip'],
    ['GZIP', 'gzip'],
    ['deflate', 'deflate'],
    ['zstd', undefined],
    ['gzip, gzip', undefined],
  ])('reads the Content-Encoding %j as %j', (header, compression) => {
    expect(compressionOf(header)).toBe(compression)
  })

  it.each([
    [undefined, false],
    ['gzip', true],
    ['deflate, GZIP;q=0.5', true],
    ['gzip;q=0', false],
    ['gzip;q=0.000, *', false],
    ['gzip; q=1', true],
    ['*', true],
    ['*;q=0', false],
    ['br', false],
    ['x-gzip-like', false],
  ])('reads the Accept-Encoding %j as gzip: %j', (header, gzip) => {
    expect(acceptsGzip(header)).toBe(gzip)
  })
})
