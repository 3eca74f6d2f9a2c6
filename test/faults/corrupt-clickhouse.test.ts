/** ClickHouse's directory is damaged and it can't start: the collector goes on acknowledging, `up` says what is wrong. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createClickHouse } from '@runlens/clickhouse'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { expectBalance, printBalance, spansInDeadLetters, spansInSpool } from '../kit/invariant.ts'
import { SpanSender } from '../kit/span-sender.ts'
import { type Stack, startStack } from '../kit/stack.ts'
import { eventually } from '../kit/traces.ts'

let stack: Stack
beforeAll(async () => {
  stack = await startStack()
}, 60_000)
afterAll(() => stack?.stop())

/** The files that say which databases and tables there are. */
function definitions(): string[] {
  const directory = join(stack.dataDir, 'clickhouse', 'metadata')
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.sql'))
    .map((name) => join(directory, name))
}

it('the collector acknowledges into the spool, says why nothing is stored, and delivers when ClickHouse is mended', async () => {
  const sender = new SpanSender(() => stack.urls.otlpHttp)
  const client = createClickHouse({ url: stack.urls.clickhouse, application: 'test' })
  try {
    const balance = (fault: string) => {
      const { accepted } = sender
      return expectBalance(
        { fault, dataDir: stack.dataDir, client, accepted, stored: accepted, spool: 0, deadLetter: 0 },
        40_000,
      )
    }
    await sender.deliver(50)
    await balance('before')

    const whole = definitions().map((path) => ({ path, bytes: readFileSync(path) }))
    expect(whole.length).toBeGreaterThan(0)
    stack.kill('clickhouse')
    for (const { path } of whole) writeFileSync(path, 'not a definition')
    await eventually(async () => expect(stack.logs()).toContain('clickhouse ended unexpectedly (exit code 78)'))
    expect(stack.logs()).toMatch(
      /"component":"cli","code":"data_dir_unusable","reason":"The ClickHouse engine cannot open/,
    )
    for (let i = 0; i < 3; i++) await sender.deliver(50)
    const spool = await spansInSpool(stack.dataDir)
    expect(spool).toBe(150)
    printBalance('ClickHouse can not open its directory', {
      accepted: sender.accepted,
      stored: 50,
      spool,
      deadLetter: spansInDeadLetters(stack.dataDir),
    })

    for (const { path, bytes } of whole) writeFileSync(path, bytes)
    await balance('its directory is mended')
  } finally {
    await client.close()
  }
}, 90_000)
