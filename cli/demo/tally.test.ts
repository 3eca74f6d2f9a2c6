import { expect, it } from 'vitest'
import { runsEndingIn } from './schedule.ts'
import { addToTally, createTally, tallyText } from './tally.ts'

it('counts executions by status, retries as executions of their own, and spans', () => {
  const tally = createTally()
  const [run] = runsEndingIn(30_000_000, { seed: 1, ratePerMinute: 1, rhythm: false })
  addToTally(tally, [{ ...run!, spans: [], statuses: ['error', 'success'] }])
  addToTally(tally, [{ ...run!, spans: run!.spans.slice(0, 1), statuses: ['success'] }])
  expect(tallyText(tally)).toBe('3 executions (2 success, 1 error), 1 spans')
})

it('says little about nothing', () => {
  expect(tallyText(createTally())).toBe('0 executions, 0 spans')
})
