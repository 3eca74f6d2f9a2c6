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
    const { acknowledged, stored, views, spool } = result
    expect(stored).toEqual({ ...acknowledged, rawSpans: acknowledged.spans })
    expect(views).toEqual({
      executionMinutes: acknowledged.executions,
      steps: acknowledged.steps,
      kpisTotal: acknowledged.executions,
      kpisFailures: acknowledged.failed,
    })
    expect(spool).toEqual({ records: 0, deadLetters: 0 })
  }, 900_000)
}
