import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { TestClickHouse } from '../test/kit/clickhouse.ts'
import { ARRIVED } from '../test/kit/invariant.ts'
import { startDatabase } from '../test/kit/stack-db.ts'

const CHILD = fileURLToPath(new URL('../test/kit/pipeline-child.mjs', import.meta.url))
const SPANS_PER_REQUEST = 20

let clickhouse: TestClickHouse
let directory: string
beforeAll(async () => {
  clickhouse = await startDatabase()
  directory = mkdtempSync(join(tmpdir(), 'runlens-pipeline-'))
})
afterAll(async () => {
  await clickhouse.stop()
  rmSync(directory, { recursive: true, force: true })
})

/** Runs the child and gathers the first span number of every request that it saw acknowledged. */
function startChild(first: number, requests: number) {
  const options = {
    directory: join(directory, 'spool'),
    url: clickhouse.url,
    first,
    requests,
    spansPerRequest: SPANS_PER_REQUEST,
  }
  const child: ChildProcess = fork(CHILD, [JSON.stringify(options)], {
    execArgv: [],
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  })
  let text = ''
  child.stdout!.on('data', (chunk) => {
    text += chunk
  })
  const ended = Promise.all([once(child, 'exit'), once(child.stdout!, 'end')])
  return {
    child,
    ended: async () => {
      const [[code]] = await ended
      return { code: code as number | null, acknowledged: text.split('\n').slice(0, -1).map(Number) }
    },
    lines: () => text.split('\n').length - 1,
  }
}

async function figures() {
  const query = `SELECT (SELECT toUInt32(count()) FROM spans) AS rows, (SELECT ${ARRIVED} FROM arrivals) AS arrived,
    (SELECT groupUniqArray(toUInt32(reinterpretAsUInt64(reverse(span_id)))) FROM spans) AS numbers`
  const result = await clickhouse.client.query({ query, format: 'JSONEachRow' })
  const [row] = await result.json<{ rows: number; arrived: number; numbers: number[] }>()
  return row!
}

describe('a collector that is killed again and again under load', () => {
  it('has every acknowledged span in ClickHouse in the end, once, and once in what views made of it', async () => {
    const acknowledged: number[] = []
    // A span id of all zeros would be rejected.
    let first = SPANS_PER_REQUEST
    for (const killAfter of [1, 30, 100, 60, 300, 10]) {
      const run = startChild(first, 100_000)
      while (run.lines() < killAfter) await new Promise((resolve) => setTimeout(resolve, 3))
      run.child.kill('SIGKILL')
      acknowledged.push(...(await run.ended()).acknowledged)
      first += 10_000_000
    }
    const last = await startChild(first, 5).ended()
    expect(last.code).toBe(0)
    acknowledged.push(...last.acknowledged)

    const { rows, arrived, numbers } = await figures()
    const stored = new Set(numbers)
    const lost = acknowledged
      .flatMap((from) => Array.from({ length: SPANS_PER_REQUEST }, (_, i) => from + i))
      .filter((n) => !stored.has(n))
    expect(lost).toEqual([])
    // A request killed before its answer may be stored or not, but never in part and never twice.
    expect(rows).toBe(numbers.length)
    expect(arrived).toBe(numbers.length)
    expect(numbers.length % SPANS_PER_REQUEST).toBe(0)
    expect(readdirSync(join(directory, 'spool', 'dead-letter'))).toEqual([])
  })
})
