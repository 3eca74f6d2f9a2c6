import { createServer } from 'node:net'
import { describe, expect, it } from 'vitest'
import { formatAddress, listen, parseAddress } from './address.ts'

describe('an address', () => {
  it.each([
    ['127.0.0.1:4317', { host: '127.0.0.1', port: 4317 }],
    ['localhost:0', { host: 'localhost', port: 0 }],
    [':8080', { host: '127.0.0.1', port: 8080 }],
    ['[::1]:8080', { host: '::1', port: 8080 }],
    [' 0.0.0.0:65535 ', { host: '0.0.0.0', port: 65_535 }],
  ])('%s is understood', (text, address) => {
    expect(parseAddress(text, 'X')).toEqual(address)
  })

  it.each(['', '8080', 'host', 'host:', 'host:65536', 'host:-1', 'http://host:80', '::1:8080', 'a b:80'])(
    '%j is refused',
    (text) => {
      expect(() => parseAddress(text, 'RUNLENS_API')).toThrow(
        expect.objectContaining({ code: 'address_invalid', message: expect.stringContaining('RUNLENS_API') }),
      )
    },
  )

  it('is written so that it can be read again', () => {
    for (const address of [
      { host: '::1', port: 1 },
      { host: '127.0.0.1', port: 65_535 },
    ]) {
      expect(parseAddress(formatAddress(address), 'X')).toEqual(address)
    }
  })
})

describe('listening', () => {
  it('gives the port that 0 became', async () => {
    const server = createServer()
    const bound = await listen(server, { host: '127.0.0.1', port: 0 }, 'X')
    expect(bound.port).toBe((server.address() as { port: number }).port)
    server.close()
  })

  it('names port, setting and another port when the port is taken', async () => {
    const first = createServer()
    const bound = await listen(first, { host: '127.0.0.1', port: 0 }, 'X')
    await expect(listen(createServer(), bound, 'RUNLENS_API')).rejects.toMatchObject({
      code: 'port_in_use',
      message: expect.stringMatching(new RegExp(`${bound.port}.*RUNLENS_API`)),
      hint: expect.stringContaining('RUNLENS_API=127.0.0.1:'),
    })
    first.close()
  })
})
