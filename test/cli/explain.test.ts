/** `runlens explain` as a person runs it. Needs `npm run build`. */
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { explain, fixture } from '../kit/explain.ts'

const MAIN = fileURLToPath(new URL('../../cli/dist/main.js', import.meta.url))
const FIXTURES = fileURLToPath(new URL('../fixtures/otlp/', import.meta.url))
const N8N = 'n8n-2.40.7-webhook-error-and-wait.otlp.pb'

function run(args: readonly string[], input = Buffer.alloc(0)) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, 'explain', ...args], {
    input,
    encoding: 'utf8',
  })
  return { status, stdout, stderr }
}

describe('runlens explain', () => {
  it('tells what a file’s spans become', () => {
    const { status, stdout, stderr } = run([FIXTURES + N8N])
    expect([status, stderr]).toEqual([0, ''])
    expect(stdout).toContain('rule      2, n8n at n8n.yaml:9: name workflow.execute')
    expect(stdout).toContain('  2  workflow hook flow: error, 4 steps, 1 failed')
  })

  it('reads standard input, gzipped, and prints what the API answers', () => {
    const { status, stdout } = run(['-', '--json'], gzipSync(readFileSync(FIXTURES + N8N)))
    expect(status).toBe(0)
    expect(JSON.parse(stdout)).toEqual(JSON.parse(JSON.stringify(explain({ traces: fixture(N8N) }))))
  })

  it('says what it can’t read', () => {
    const { status, stdout, stderr } = run(['/nowhere/at.all'])
    expect([status, stdout]).toEqual([78, ''])
    expect(stderr).toContain("payload_unreadable: /nowhere/at.all can't be read (ENOENT)")
  })
})
