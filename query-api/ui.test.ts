import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createApp } from './app.ts'
import { LOOPBACK_HOSTS } from './host.ts'
import type { Services } from './routes/route.ts'

let directory: string
let server: Server
beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'runlens-ui-'))
  const app = createApp({
    services: {} as Services,
    log: {} as never,
    hosts: LOOPBACK_HOSTS,
    answered: () => {},
    uiDirectory: join(directory, 'dist'),
  })
  writeFileSync(join(directory, 'secret'), 'not yours')
  server = createServer(app)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
})
afterAll(() => {
  server.close()
  rmSync(directory, { recursive: true })
})

const get = (path: string, options: RequestInit = {}) =>
  fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`, { redirect: 'manual', ...options })

describe('the web UI', () => {
  it('says what to run where it is not built', async () => {
    const answer = await get('/ui/')
    expect(answer.status).toBe(503)
    expect(await answer.json()).toMatchObject({
      code: 'ui_not_built',
      detail: expect.stringContaining('npm run build'),
    })
  })

  describe('that is built', () => {
    beforeAll(() => {
      mkdirSync(join(directory, 'dist/assets'), { recursive: true })
      writeFileSync(join(directory, 'dist/index.html'), '<title>the page</title>')
      writeFileSync(join(directory, 'dist/icon.svg'), '<svg/>')
      writeFileSync(join(directory, 'dist/assets/index-abc.js'), 'the script')
    })

    it('is the same page at every path below, asked for anew each time', async () => {
      for (const path of ['/ui/', '/ui/executions/a%2Fb?instance=', '/ui/no/such/page', '/ui/executions/%zz']) {
        const answer = await get(path)
        expect([path, answer.status, await answer.text()]).toEqual([path, 200, '<title>the page</title>'])
        expect(answer.headers.get('cache-control')).toBe('private, no-cache')
        expect(answer.headers.get('content-type')).toMatch(/^text\/html/)
      }
    })

    it('lets in its own scripts and styles and nothing else', async () => {
      const { headers } = await get('/ui/')
      const policy = headers.get('content-security-policy')?.split('; ')
      expect(policy).toContain("default-src 'none'")
      expect(policy).toContain("script-src 'self'")
      expect(policy).toContain("frame-ancestors 'none'")
      expect(policy?.join()).not.toContain('unsafe')
      expect(headers.get('x-content-type-options')).toBe('nosniff')
    })

    it('gives files whose name carries their hash for ever, and others for now', async () => {
      const script = await get('/ui/assets/index-abc.js')
      expect([script.status, await script.text()]).toEqual([200, 'the script'])
      expect(script.headers.get('cache-control')).toBe('public, max-age=31536000, immutable')
      const icon = await get('/ui/icon.svg')
      expect([await icon.text(), icon.headers.get('cache-control')]).toEqual(['<svg/>', 'private, no-cache'])
    })

    it('does not take the page for a script that is not there', async () => {
      const answer = await get('/ui/assets/index-old.js')
      expect([answer.status, ((await answer.json()) as { code: string }).code]).toEqual([404, 'route_not_found'])
    })

    it('gives nothing from outside its directory', async () => {
      for (const path of [
        '/ui/..%2fsecret',
        '/ui/assets/..%2f..%2fsecret',
        '/ui/%2e%2e/secret',
        '/ui/assets//..%5c..%5csecret',
      ]) {
        expect(await (await get(path)).text()).not.toContain('not yours')
      }
    })

    it('is found without its slash, and takes no other method', async () => {
      const { status, headers } = await get('/ui?time_range=7d')
      expect([status, headers.get('location')]).toEqual([301, '/ui/?time_range=7d'])
      expect((await get('/ui/', { method: 'POST' })).status).toBe(405)
      expect((await get('/ui/', { method: 'HEAD' })).status).toBe(200)
    })
  })
})
