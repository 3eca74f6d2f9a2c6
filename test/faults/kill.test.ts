/** `kill -9` of each process under load, in a loop: nothing acknowledged is lost, nothing is counted twice. The soak runs the long form. */
import { expect, it } from 'vitest'
import { killLoop } from './kill-loop.ts'

it('loses nothing that was acknowledged and counts nothing twice when processes are killed under load', async () => {
  const { acknowledged, stored, views, spool } = await killLoop({ kills: 8, seed: 20_261_123 })
  expect(acknowledged.executions).toBeGreaterThan(100)
  expect(stored).toEqual({ ...acknowledged, rawSpans: acknowledged.spans })
  expect(views).toEqual({
    executionMinutes: acknowledged.executions,
    steps: acknowledged.steps,
    kpisTotal: acknowledged.executions,
    kpisFailures: acknowledged.failed,
  })
  expect(spool).toEqual({ records: 0, deadLetters: 0 })
}, 240_000)
