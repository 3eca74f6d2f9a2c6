import { createRegistry } from '@runlens/runtime'
import { afterEach, expect, it } from 'vitest'
import { type OwnServer, startOwnServer } from './own-server.ts'

let server: OwnServer | undefined
afterEach(() => server?.stop())

const FREE = { host: '127.0.0.1', port: 0 }

async function start(
  notReady: () => string | undefined,
): Promise<(path: string, method?: string) => Promise<Response>> {
  server = await startOwnServer(FREE, { registry: createRegistry(), notReady })
  const origin = `http://127.0.0.1:${server.address.port}`
  return (path, method = 'GET') => fetch(origin + path, { method })
}

it('serves health, readiness and metrics, and nothing else', async () => {
  let why: string | undefined = 'waiting for ClickHouse'
  const ask = await start(() => why)
  expect(await (await ask('/healthz')).json()).toEqual({ status: 'ok' })
  const early = await ask('/readyz')
  expect([early.status, await early.json()]).toEqual([503, { status: 'unavailable', reason: 'waiting for ClickHouse' }])
  why = undefined
  expect((await ask('/readyz?x=1')).status).toBe(200)
  expect(await (await ask('/metrics')).text()).toContain('runlens_build_info')
  expect((await ask('/metrics', 'POST')).status).toBe(405)
  for (const path of ['/', '/metrics/', '//metrics', '/healthz/x']) expect((await ask(path)).status, path).toBe(404)
})

it('says whose setting a taken port is', async () => {
  await start(() => undefined)
  const again = startOwnServer(server!.address, { registry: createRegistry(), notReady: () => undefined })
  await expect(again).rejects.toMatchObject({
    code: 'port_in_use',
    message: expect.stringContaining('RUNLENS_WORKER'),
  })
})
