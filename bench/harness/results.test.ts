import { describe, expect, it } from 'vitest'
import { replaceSections } from './results.ts'

const ORDER = ['collector', 'disk', 'startup']

describe('the results', () => {
  it('replace the section of a benchmark that ran and keep the others, in the order of the benchmarks', () => {
    const first = replaceSections('', [{ name: 'startup', text: 'slow' }], ORDER)
    const second = replaceSections(first, [{ name: 'collector', text: '| a |\n' }], ORDER)
    const third = replaceSections(second, [{ name: 'startup', text: 'fast' }], ORDER)
    expect(third.match(/^## .*/gm)).toEqual(['## collector', '## startup'])
    expect(third).toContain('| a |')
    expect(third).toContain('fast')
    expect(third).not.toContain('slow')
    expect(replaceSections(third, [], ORDER)).toBe(third)
  })
})
