import { expect, it } from 'vitest'
import { gauge } from './prometheus-text.ts'

it('writes a gauge with what it means', () => {
  const samples = [
    { labels: {}, value: 1 },
    { labels: { a: 'x', b: 'y' }, value: 0.25 },
  ]
  expect(gauge('n', 'How many.', samples)).toBe('# HELP n How many.\n# TYPE n gauge\nn 1\nn{a="x",b="y"} 0.25\n')
})

it('lets no label end early', () => {
  const labels = { a: 'q"} 1\nevil 2 \\' }
  expect(gauge('n', 'x', [{ labels, value: 1 }]).split('\n')[2]).toBe('n{a="q\\"} 1\\nevil 2 \\\\"} 1')
})

it('says nothing of a gauge without samples', () => {
  expect(gauge('n', 'x', [])).toBe('')
})
