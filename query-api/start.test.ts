/** Where the API may listen while it asks nobody who they are. No ClickHouse is needed for that. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createLogger, loadSettings } from '@runlens/runtime'
import { expect, it } from 'vitest'
import { startQueryApi } from './start.ts'

const log = createLogger('query-api', 'silent')
const settings = (environment: Record<string, string>) => ({
  ...loadSettings({ RUNLENS_API: '0.0.0.0:0', ...environment }),
  clickhouseUrl: 'http://runlens:none@127.0.0.1:9/runlens',
})

it('refuses an address beyond loopback, and names the way out', async () => {
  await expect(startQueryApi(settings({}), log)).rejects.toMatchObject({
    code: 'address_invalid',
    hint: expect.stringContaining('RUNLENS_INSECURE=true'),
  })
})

it.each(['required: on', `keys: [{ name: a, role: viewer, sha256: ${'ab'.repeat(32)} }]`])(
  'takes it where the file says that everybody is asked: %s',
  async (auth) => {
    const directory = mkdtempSync(join(tmpdir(), 'runlens-start-'))
    const file = join(directory, 'runlens.yaml')
    writeFileSync(file, `auth:\n  ${auth}\n`)
    const api = await startQueryApi({ ...settings({ RUNLENS_CONFIG: file }), dataDir: directory }, log)
    try {
      const answer = await fetch(`http://127.0.0.1:${api.address.port}/api/v1/executions`)
      expect(answer.status).toBe(401)
    } finally {
      await api.stop()
      rmSync(directory, { recursive: true })
    }
  },
)

it('takes it when told to be insecure', async () => {
  const api = await startQueryApi(settings({ RUNLENS_INSECURE: 'true' }), log)
  try {
    const answer = await fetch(`http://127.0.0.1:${api.address.port}/healthz`)
    expect(await answer.json()).toEqual({ status: 'ok' })
  } finally {
    await api.stop()
  }
})
