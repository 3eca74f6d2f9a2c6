/** The native contract is named in conventions; profiles must not drift from it. */
import { RUNLENS, RUNLENS_QUERY } from '@runlens/conventions'
import { expect, it } from 'vitest'
import { loadProfiles } from './load-profiles.ts'

it('profiles read no runlens attribute that the conventions do not name', () => {
  const { fields, profiles } = loadProfiles()
  const keys = [
    ...[...fields.values()].flat().map(({ key }) => key),
    ...profiles.flatMap(({ select, status }) => [...select.attributes.map(({ key }) => key), ...(status?.keys ?? [])]),
  ].filter((key) => key.startsWith('runlens.'))
  const named: string[] = [...Object.values(RUNLENS), ...Object.values(RUNLENS_QUERY)]
  expect(keys.filter((key) => !named.includes(key))).toEqual([])
  expect(keys.length).toBeGreaterThan(20)
})
