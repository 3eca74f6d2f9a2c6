/** `kill -9` of each process, and of all at once, under load: nothing acknowledged is lost or counted twice. The soak runs the long form. */
import { expect, it } from 'vitest'
import { killLoop, VICTIMS } from './kill-loop.ts'

it('loses nothing that was acknowledged and counts nothing twice when processes are killed under load', async () => {
  const killed: string[] = []
  const result = await killLoop({
    kills: VICTIMS.length,
    seed: 20_261_123,
    onKill: (_, victim) => killed.push(victim),
  })
  const { acknowledged, stored, kpis, ofUser, balance, exitCode } = result
  expect(new Set(killed)).toEqual(new Set(VICTIMS))
  expect(acknowledged.executions).toBeGreaterThan(100)
  expect(stored).toEqual({ ...acknowledged, rawSpans: acknowledged.spans })
  expect(ofUser).toBe(acknowledged.executions)
  expect(kpis).toEqual({ executions: acknowledged.executions, failed: acknowledged.failed })
  expect(balance).toEqual({ accepted: acknowledged.spans, stored: acknowledged.spans, spool: 0, deadLetter: 0 })
  expect(exitCode).toBe(0)
}, 240_000)
