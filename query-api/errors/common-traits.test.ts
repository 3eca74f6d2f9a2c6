import { describe, expect, it } from 'vitest'
import { TRAIT_SEPARATOR } from '../questions/errors/error-traits.ts'
import { commonTraits, frequentTraits, traitsOf } from './common-traits.ts'

/** `field=value` → executions of the sample. */
const traits = (total: number, counts: Record<string, number>) =>
  traitsOf([
    { trait: '', executions: String(total) },
    ...Object.entries(counts).map(([name, executions]) => ({
      trait: name.replace('=', TRAIT_SEPARATOR),
      executions: String(executions),
    })),
  ])
const nothing = traits(0, {})
const names = (...args: Parameters<typeof commonTraits>) =>
  commonTraits(...args).map(({ field, value }) => `${field}=${value}`)

describe('what failures have in common', () => {
  it('is what is more frequent among them than chance explains', () => {
    const failing = traits(100, { 'version=v2': 60, 'mode=manual': 30, 'user=ann': 2, 'service=a': 100 })
    const succeeding = traits(1_000, { 'version=v2': 300, 'mode=manual': 290, 'user=ann': 10, 'service=a': 1_000 })
    // version: 0.3 / √(0.327 · 0.673 · 0.011) = 6.1; mode: 0.01 / 0.048 = 0.2; a service that all have tells nothing.
    expect(commonTraits(failing, succeeding)).toEqual([
      {
        field: 'version',
        value: 'v2',
        failing: { count: 60, of: 100, percent: 60 },
        succeeding: { count: 300, of: 1_000, percent: 30 },
        lift: 2,
        text: '60 % of the failures have version = v2; 30 % of the successes do.',
      },
    ])
  })

  it('is not told of two of two where half of few successes have it', () => {
    expect(names(traits(2, { 'mode=manual': 2 }), traits(2, { 'mode=manual': 1 }))).toEqual([])
  })

  it('is what all of them share where nothing succeeded', () => {
    const [trait, ...more] = commonTraits(traits(3, { 'mode=manual': 3, 'user=ann': 2 }), nothing)
    expect(more).toEqual([])
    expect(trait).toMatchObject({
      lift: null,
      succeeding: { count: 0, of: 0, percent: null },
      text: 'All 3 failures have mode = manual; nothing succeeded to compare with.',
    })
  })

  it('is told in at most three values of a field and twenty in all', () => {
    const users = Object.fromEntries(Array.from({ length: 5 }, (_, n) => [`user=u${n}`, 20]))
    const attributes = Object.fromEntries(Array.from({ length: 30 }, (_, n) => [`attr.k${n}=x`, 50]))
    const all = names(traits(100, { ...users, ...attributes }), traits(1_000, {}))
    expect(all).toHaveLength(20)
    expect(names(traits(100, users), traits(1_000, {}))).toEqual(['user=u0', 'user=u1', 'user=u2'])
  })

  it('leaves values with anything in them whole', () => {
    const hostile = `a=b${TRAIT_SEPARATOR}c=</script>`
    const [trait] = commonTraits(traits(9, { [`user=${hostile}`]: 9 }), traits(99, {}))
    expect(trait).toMatchObject({ field: 'user', value: hostile })
  })

  it('is looked for in what a tenth of them have, two at least', () => {
    expect(frequentTraits(traits(100, { 'user=a': 9, 'user=b': 10 }))).toEqual([`user${TRAIT_SEPARATOR}b`])
    expect(frequentTraits(traits(1, { 'user=a': 1 }))).toEqual([])
  })
})
