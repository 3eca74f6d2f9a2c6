/** The long form of power-loss.test.ts: the whole stack loses the newest part of one table after another, or the spool its checkpoints. */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { createClickHouse } from '@runlens/clickhouse'
import { expect, it } from 'vitest'
import { expectBalance } from '../kit/invariant.ts'
import { breakPart, newestParts, startMachineAnew } from '../kit/power-loss.ts'
import { type Stack, startStack } from '../kit/stack.ts'
import { eventually, exportRequest, nativeRun } from '../kit/traces.ts'

const RUNS = 20
const STEPS = 3
const TABLES = ['spans', 'arrivals', 'traces', 'executions', 'execution_locator', 'trace_executions', 'execution_terms']

async function sendRuns(stack: Stack, round: number): Promise<void> {
  for (let i = 0; i < RUNS; i++) {
    const { spans } = nativeRun(`power-${round}-${i}`, Date.now() - 60_000, STEPS)
    const answer = await fetch(`${stack.urls.otlpHttp}/v1/traces`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(exportRequest(spans)),
    })
    expect(answer.status).toBe(200)
  }
}

async function expectEverything(stack: Stack, fault: string, rounds: number): Promise<void> {
  const client = createClickHouse({ url: stack.urls.clickhouse, application: 'test' })
  const accepted = rounds * RUNS * (STEPS + 1)
  try {
    await expectBalance({ fault, dataDir: stack.dataDir, client, accepted, stored: accepted, spool: 0, deadLetter: 0 })
  } finally {
    await client.close()
  }
  await eventually(async () => {
    const [row] = await stack.query(
      'SELECT toUInt32(count()) AS executions, toUInt32(sum(step_count)) AS steps FROM executions FINAL',
    )
    expect(row).toEqual({ executions: rounds * RUNS, steps: rounds * RUNS * STEPS })
    const kpis = await (await fetch(`${stack.urls.api}/api/v1/observability/kpis?time_range=24h`)).json()
    expect(kpis).toMatchObject({ total_executions: rounds * RUNS })
  }, 30_000)
}

it.each(TABLES)('brings everything back after a power loss that takes the newest part of %s', async (table) => {
  let stack = await startStack()
  try {
    for (const [round, how] of (['gone', 'empty'] as const).entries()) {
      await sendRuns(stack, round)
      await expectEverything(stack, `${table}, before`, round + 1)
      const client = createClickHouse({ url: stack.urls.clickhouse, application: 'test' })
      const [newest] = await newestParts(client, table)
      await client.close()
      stack.killAll()
      breakPart(newest!, how)
      await startMachineAnew(stack.dataDir)
      stack = await startStack({ dataDir: stack.dataDir, env: stack.fixedAddresses })
      await expectEverything(stack, `newest part of ${table} ${how} after a power loss`, round + 1)
    }
  } finally {
    await stack.stop()
  }
})

it('counts nothing twice when both checkpoints are gone and everything is given to ClickHouse again', async () => {
  let stack = await startStack()
  try {
    await sendRuns(stack, 0)
    await expectEverything(stack, 'before', 1)
    stack.killAll()
    for (const name of ['checkpoint.json', 'checkpoint.copy.json']) rmSync(join(stack.dataDir, 'spool', name))
    stack = await startStack({ dataDir: stack.dataDir, env: stack.fixedAddresses })
    await sendRuns(stack, 1)
    await expectEverything(stack, 'both checkpoints gone', 2)
  } finally {
    await stack.stop()
  }
})
