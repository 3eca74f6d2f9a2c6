import { createServer, type Server } from 'node:net'
import { listen } from '@runlens/runtime'
import { afterEach, expect, it } from 'vitest'
import { resolvePorts } from './ports.ts'

const servers: Server[] = []
afterEach(() => {
  for (const server of servers.splice(0)) server.close()
})

async function takePort(): Promise<number> {
  const server = createServer()
  servers.push(server)
  return (await listen(server, { host: '127.0.0.1', port: 0 }, 'TEST')).port
}

it('keeps given ports and finds a different free one for each 0', async () => {
  const free = await takePort()
  servers.pop()?.close()
  const host = '127.0.0.1'
  const found = await resolvePorts([
    { setting: 'A', address: { host, port: free } },
    { setting: 'B', address: { host, port: 0 } },
    { setting: 'C', address: { host, port: 0 } },
  ])
  expect(found[0]).toEqual({ host, port: free })
  expect(new Set(found.map(({ port }) => port)).size).toBe(3)
  expect(found.every(({ port }) => port > 0)).toBe(true)
})

it('tells all taken ports at once, each with its setting and a way out', async () => {
  const [first, second] = [await takePort(), await takePort()]
  const error = await resolvePorts([
    { setting: 'RUNLENS_API', address: { host: '127.0.0.1', port: first } },
    { setting: 'RUNLENS_OTLP_GRPC', address: { host: '127.0.0.1', port: 0 } },
    { setting: 'RUNLENS_OTLP_HTTP', address: { host: '127.0.0.1', port: second } },
  ]).catch((reason: unknown) => reason)
  expect(error).toMatchObject({ code: 'port_in_use' })
  const { message, hint } = error as { message: string; hint: string }
  expect(message.split('\n')).toEqual([
    expect.stringMatching(new RegExp(`^Port ${first} .*RUNLENS_API`)),
    expect.stringMatching(new RegExp(`^Port ${second} .*RUNLENS_OTLP_HTTP`)),
  ])
  expect(hint).toContain('RUNLENS_API=')
  expect(hint).toContain('RUNLENS_OTLP_HTTP=')
})

it('tells an address that is not of this machine', async () => {
  await expect(
    resolvePorts([{ setting: 'RUNLENS_API', address: { host: '192.0.2.1', port: 0 } }]),
  ).rejects.toMatchObject({
    code: 'address_invalid',
    message: expect.stringContaining('RUNLENS_API'),
  })
})
