import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, it } from 'vitest'
import { createOutgoing, type Outgoing, type OutgoingOptions } from './outgoing.ts'

const LOOPBACK = [{ address: '127.0.0.1', family: 4 }]
const opened: (Server | Outgoing)[] = []
afterEach(() => {
  for (const one of opened.splice(0)) {
    if ('closeAllConnections' in one) one.closeAllConnections()
    one.close()
  }
})

async function serve(listener: RequestListener): Promise<number> {
  const server = createServer(listener)
  opened.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}

function get(url: string, options: Partial<OutgoingOptions> = {}, signal = new AbortController().signal) {
  const outgoing = createOutgoing({ allowPrivate: ['127.0.0.1'], timeoutMs: 60_000, ...options })
  opened.push(outgoing)
  return outgoing.get({ url: new URL(url), headers: { 'x-key': 'k' }, bodyBytesMax: 10, signal })
}

it('brings an answer whole, whatever its status, and sends the headers', async () => {
  const port = await serve((request, response) => {
    response.statusCode = 418
    response.end(`${request.headers['x-key']} ${request.headers.host}`.slice(0, 10))
  })
  const outcome = await get(`http://127.0.0.1:${port}/a`)
  expect(outcome).toMatchObject({ kind: 'answer', status: 418 })
  expect(outcome.kind === 'answer' && outcome.body.toString()).toBe('k 127.0.0.')
})

it('connects to an address that was checked, though the name means something else a moment later', async () => {
  const port = await serve((_, response) => response.end('checked'))
  let asked = 0
  const resolve = async () => {
    asked += 1
    // Nobody answers at the second address, and it is not allowed either.
    return asked === 1 ? LOOPBACK : [{ address: '127.0.0.2', family: 4 }]
  }
  expect(await get(`http://rebinding.example:${port}/`, { resolve })).toMatchObject({ kind: 'answer', status: 200 })
  expect(asked).toBe(1)
})

it('does not connect to private addresses, however they are written', async () => {
  let requests = 0
  const port = await serve((_, response) => {
    requests += 1
    response.end()
  })
  for (const host of [
    '127.0.0.1',
    '[::ffff:127.0.0.1]',
    '2130706433',
    '0x7f.1',
    'localhost',
    'some.name',
    'nowhere.name',
  ]) {
    const resolve = async () => (host === 'nowhere.name' ? [] : LOOPBACK)
    const outcome = await get(`http://${host}:${port}/`, { allowPrivate: ['10.0.0.0/8'], resolve })
    expect(outcome, host).toMatchObject({ kind: 'failed', fault: 'address_refused' })
  }
  expect(requests).toBe(0)
})

it('picks the addresses that may be reached out of several', async () => {
  const port = await serve((_, response) => response.end('ok'))
  const resolve = async () => [{ address: '10.9.9.9', family: 4 }, ...LOOPBACK]
  expect(await get(`http://both.example:${port}/`, { resolve })).toMatchObject({ kind: 'answer' })
})

it('follows no redirect', async () => {
  const port = await serve((_, response) => response.writeHead(302, { location: '/elsewhere' }).end())
  expect(await get(`http://127.0.0.1:${port}/`)).toMatchObject({ kind: 'failed', fault: 'redirect_refused' })
})

it('gives up answers that are too long, with and without a length, and compressed ones', async () => {
  const port = await serve((request, response) => {
    if (request.url === '/gzip') response.writeHead(200, { 'content-encoding': 'gzip' })
    if (request.url === '/told') response.writeHead(200, { 'content-length': 11 })
    response.write('12345678901')
    if (request.url !== '/endless') response.end()
  })
  for (const path of ['/told', '/chunks', '/endless']) {
    expect(await get(`http://127.0.0.1:${port}${path}`), path).toMatchObject({ fault: 'body_too_large' })
  }
  expect(await get(`http://127.0.0.1:${port}/gzip`)).toMatchObject({ fault: 'encoding_refused' })
})

it('waits for nobody for ever: not for a name, not for headers, not for the rest of a body', async () => {
  const port = await serve((request, response) => {
    if (request.url === '/half') response.write('1')
  })
  const timeoutMs = 50
  for (const path of ['/silent', '/half']) {
    expect(await get(`http://127.0.0.1:${port}${path}`, { timeoutMs }), path).toMatchObject({ fault: 'timeout' })
  }
  const resolve = () => new Promise<never>(() => {})
  expect(await get('http://slow.name/', { timeoutMs, resolve })).toMatchObject({ fault: 'timeout' })
})

it('tells that nobody listens, and refuses what is not HTTP', async () => {
  expect(await get('http://127.0.0.1:1/')).toMatchObject({
    fault: 'unreachable',
    message: expect.stringContaining('ECONNREFUSED'),
  })
  expect(await get('file:///etc/passwd')).toMatchObject({ fault: 'scheme_refused' })
})

it('ends when it is told to', async () => {
  const port = await serve(() => {})
  const controller = new AbortController()
  const outcome = get(`http://127.0.0.1:${port}/`, {}, controller.signal)
  controller.abort(new Error('stopped'))
  await expect(outcome).rejects.toThrow('stopped')
})
