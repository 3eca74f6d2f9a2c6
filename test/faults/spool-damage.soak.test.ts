/** The long form of spool-damage.test.ts: every byte, and every bit of it. */
import { expect, it } from 'vitest'
import { cutSegments, flipBits, leaveSpool, printReport, tearCheckpoints } from './spool-damage.ts'

it('finds every whole record when a segment is cut at any byte', async () => {
  const left = await leaveSpool()
  const report = await cutSegments(left, 1)
  printReport('a segment cut', report)
  // The first segment is cut everywhere, the others everywhere but at their first one or two bytes.
  expect(report.places).toBeGreaterThan(600)
})

it('loses no record but the one with the flipped bit, for every bit', async () => {
  const report = await flipBits(await leaveSpool(), 1, 8)
  printReport('a bit flipped', report)
  expect(report.places).toBeGreaterThan(5_000)
})

it('knows its tokens wherever one of the two checkpoints is torn, and begins new ones without either', async () => {
  const report = await tearCheckpoints(await leaveSpool(), 1)
  printReport('a checkpoint torn', report)
  expect(report).toMatchObject({ lost: 0 })
})
