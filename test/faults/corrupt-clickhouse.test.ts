/** ClickHouse's directory is damaged and it can't start: the collector goes on acknowledging, `up` and the doctor say what is wrong. */
import { execFile } from 'node:child_process'
import { readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type ClickHouseClient, createClickHouse } from '@runlens/clickhouse'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Finding } from '../../cli/doctor/finding.ts'
import { expectBalance, printBalance, spansInDeadLetters, spansInSpool } from '../kit/invariant.ts'
import { SpanSender } from '../kit/span-sender.ts'
import { type Stack, startStack } from '../kit/stack.ts'
import { eventually, exportRequest, nativeRun } from '../kit/traces.ts'

const MAIN = fileURLToPath(new URL('../../cli/dist/main.js', import.meta.url))

let stack: Stack
let sender: SpanSender
let client: ClickHouseClient
/** A stack of its own with 50 spans in it, for the tests of a `describe`. */
function withStack(): void {
  beforeAll(async () => {
    stack = await startStack()
    sender = new SpanSender(() => stack.urls.otlpHttp)
    client = createClickHouse({ url: stack.urls.clickhouse, application: 'test' })
    await sender.deliver(50)
    await balance('before', 50)
  })
  afterAll(async () => {
    await client?.close()
    await stack?.stop()
  })
}

function balance(fault: string, stored: number): Promise<void> {
  const { dataDir } = stack
  return expectBalance({ fault, dataDir, client, accepted: stored, stored, spool: 0, deadLetter: 0 })
}

/** Spoils the files that say which databases and tables there are; gives what mends them. */
function damage(): () => void {
  const directory = join(stack.dataDir, 'clickhouse', 'metadata')
  const whole = readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.sql'))
    .map((name) => ({ path: join(directory, name), bytes: readFileSync(join(directory, name)) }))
  expect(whole.length).toBeGreaterThan(0)
  for (const { path } of whole) writeFileSync(path, 'not a definition')
  return () => {
    for (const { path, bytes } of whole) writeFileSync(path, bytes)
  }
}

async function deliverIntoSpool(fault: string): Promise<void> {
  const stored = sender.accepted
  for (let i = 0; i < 3; i++) await sender.deliver(50)
  const spool = await spansInSpool(stack.dataDir)
  expect(spool).toBe(150)
  const deadLetter = spansInDeadLetters(stack.dataDir)
  printBalance(fault, { accepted: sender.accepted, stored, spool, deadLetter })
}

async function doctor(): Promise<Map<string, Finding>> {
  const env = { PATH: process.env.PATH, RUNLENS_DATA_DIR: stack.dataDir }
  const text = await new Promise<string>((resolve) => {
    execFile(process.execPath, [MAIN, 'doctor', '--json'], { env }, (_, stdout) => resolve(stdout))
  })
  const { findings } = JSON.parse(text) as { findings: Finding[] }
  return new Map(findings.map((finding) => [finding.check, finding]))
}

const toldAsDamaged = {
  severity: 'fault',
  text: expect.stringMatching(/^cannot start, clickhouse_dir_damaged: .*clickhouse: files in it are damaged/),
  remedy: expect.stringMatching(/Restore the directory.*\n.*tried again/),
}

describe('a directory that is mended', () => {
  withStack()

  it('damaged while it runs: the collector acknowledges into the spool, and delivers when the directory is mended', async () => {
    stack.kill('clickhouse')
    const mend = damage()
    await eventually(async () => expect(stack.logs()).toContain('clickhouse ended unexpectedly (exit code 78)'))
    expect(stack.logs()).toMatch(/"component":"cli","code":"clickhouse_dir_damaged","reason":"The ClickHouse engine/)
    await deliverIntoSpool('ClickHouse can not open its directory')
    expect((await doctor()).get('process.clickhouse')).toMatchObject(toldAsDamaged)
    mend()
    await balance('its directory is mended', 200)
    await eventually(async () => expect((await doctor()).get('process.clickhouse')?.severity).toBe('warning'))
  })

  it('damaged before the start: up takes spans, says what is wrong and becomes ready when the directory is mended', async () => {
    await stack.stop({ keep: true })
    const mend = damage()
    const { dataDir, fixedAddresses: env } = stack
    const starting = startStack({ dataDir, env, readyTimeoutMs: 90_000 })
    // A failure is seen where it is waited for.
    starting.catch(() => {})
    await eventually(async () => {
      const found = await doctor()
      expect(found.get('process.clickhouse')).toMatchObject(toldAsDamaged)
      expect(found.get('process.worker')).toMatchObject({
        severity: 'fault',
        text: 'is not started yet',
        remedy: expect.stringContaining('process.clickhouse'),
      })
      expect(found.get('process.collector')).toMatchObject({ severity: 'ok' })
      expect(found.get('otlp.http')).toMatchObject({ severity: 'ok' })
    })
    await deliverIntoSpool('up on a directory that ClickHouse can not open')
    mend()
    stack = await starting
    expect(
      stack.logs().match(/"code":"clickhouse_dir_damaged".*"msg":"spans are taken while ClickHouse/g),
    ).toHaveLength(1)
    await balance('its directory is mended', 350)
  })
})

describe('a directory that is given up', () => {
  withStack()

  it('damaged while it runs and moved away: an empty database gets its tables and what waits in the spool', async () => {
    stack.kill('clickhouse')
    damage()
    await eventually(async () => expect(stack.logs()).toContain('clickhouse_dir_damaged'))
    const run = nativeRun('after', Date.now() - 60_000, 2)
    const sent = await fetch(`${stack.urls.otlpHttp}/v1/traces`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(exportRequest(run.spans)),
    })
    expect(sent.status).toBe(200)
    renameSync(join(stack.dataDir, 'clickhouse'), join(stack.dataDir, 'clickhouse.damaged'))
    await balance('its directory was moved away', run.spans.length)
    await eventually(async () => {
      // What the spool still keeps of earlier ones may come again, too.
      const found = await fetch(`${stack.urls.api}/api/v1/executions/id/${encodeURIComponent(run.executionId)}`)
      expect(await found.json()).toMatchObject({ status: 'success' })
    })
  })
})
