/** The long form of kill.test.ts: a hundred kills, over several seeds; prints what was acknowledged and what was found. */
import { expect, it } from 'vitest'
import { killLoop } from './kill-loop.ts'

const ROUNDS = 4
const KILLS_PER_ROUND = 25

for (let round = 1; round <= ROUNDS; round++) {
  it(`loses nothing and counts nothing twice in round ${round} of ${KILLS_PER_ROUND} kills`, async () => {
    const onKill = (index: number, victim: string) =>
      process.stdout.write(`round ${round} kill ${index + 1}: ${victim}\n`)
    const result = await killLoop({ kills: KILLS_PER_ROUND, seed: round, onKill })
    process.stdout.write(`${JSON.stringify(result)}\n`)
    const { acknowledged, stored, kpis, ofUser, balance, exitCode } = result
    expect(stored).toEqual({ ...acknowledged, rawSpans: acknowledged.spans })
    expect(ofUser).toBe(acknowledged.executions)
    expect(kpis).toEqual({ executions: acknowledged.executions, failed: acknowledged.failed })
    expect(balance).toEqual({ accepted: acknowledged.spans, stored: acknowledged.spans, spool: 0, deadLetter: 0 })
    expect(exitCode).toBe(0)
  }, 900_000)
}
