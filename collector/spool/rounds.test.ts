import { describe, expect, it } from 'vitest'
import { firstCheckpoint, isOfEarlierBoot, nextRound } from './rounds.ts'

const inserts = [{ table: 'spans', day: 1, first: 11, last: 20 }]
const stored = {
  ...firstCheckpoint('ab', 'first boot'),
  acknowledged: 10,
  plan: { first: 11, last: 20, inserts },
}

describe('a checkpoint of an earlier boot', () => {
  it('is one that names another boot, where the system names any', () => {
    expect(isOfEarlierBoot(stored, 'second boot')).toBe(true)
    expect(isOfEarlierBoot(stored, 'first boot')).toBe(false)
    expect(isOfEarlierBoot(stored, null)).toBe(false)
    expect(isOfEarlierBoot({ ...stored, boot: null }, 'second boot')).toBe(false)
  })

  it('is followed by a round in which everything still there is to be given to ClickHouse, under other tokens', () => {
    const next = nextRound(stored, 'second boot', 4)
    expect(next).toMatchObject({ spoolId: 'ab', boot: 'second boot', acknowledged: 3, plan: null })
    expect(next.round).not.toBe(stored.round)
  })

  it('takes nothing for acknowledged that was not, and gives the batch in hand up', () => {
    expect(nextRound(stored, 'second boot', 11)).toMatchObject({ acknowledged: 10, plan: null })
    expect(nextRound(stored, 'second boot', 15)).toMatchObject({ acknowledged: 10, plan: null })
  })
})
