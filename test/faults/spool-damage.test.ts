/** Segments cut and flipped and checkpoints torn, at some places; the soak takes every byte and bit. */
import { expect, it } from 'vitest'
import { cutSegments, flipBits, leaveSpool, printReport, tearCheckpoints } from './spool-damage.ts'

it('finds every whole record when a segment is cut anywhere', async () => {
  const report = await cutSegments(await leaveSpool(), 7)
  printReport('a segment cut', report)
  expect(report.places).toBeGreaterThan(100)
})

it('loses no record but the one with the flipped bit, and keeps the damaged file', async () => {
  const report = await flipBits(await leaveSpool(), 7, 1)
  printReport('a bit flipped', report)
  expect(report.places).toBeGreaterThan(100)
})

it('knows its tokens as long as one of the two checkpoints is whole, and begins new ones without', async () => {
  const report = await tearCheckpoints(await leaveSpool(), 17)
  printReport('a checkpoint torn', report)
  expect(report).toMatchObject({ lost: 0 })
})
