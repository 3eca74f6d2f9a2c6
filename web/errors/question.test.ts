import { expect, it } from 'vitest'
import { errorsQuestion, executionsOf, formatShown, parseShown } from './question.ts'

it('is in the address, whatever else stands there', () => {
  const shown = parseShown('?time_range=7d&state=regressed&state=open&state=nonsense&q=x')
  expect(shown).toEqual({ range: '7d', states: ['open', 'regressed'] })
  expect(parseShown(formatShown(shown))).toEqual(shown)
  expect(errorsQuestion(shown)).toBe('time_range=7d&state=open&state=regressed')
})

it('is all of a day unless the address says otherwise', () => {
  for (const search of ['', '?time_range=all', '?time_range=nonsense']) {
    expect(parseShown(search)).toEqual({ range: '24h', states: [] })
  }
  expect(formatShown(parseShown(''))).toBe('')
})

it('leads to the executions of a group, where a filter says which they are', () => {
  expect(executionsOf('0c4f9d2a6b1e8835', '7d')).toBe('/ui/?error_fingerprint=0c4f9d2a6b1e8835&time_range=7d')
  expect(executionsOf('a&b=c', '24h')).toBe('/ui/?error_fingerprint=a%26b%3Dc')
  expect(executionsOf('lost', '24h')).toBe('/ui/?status=lost')
  expect(executionsOf('unknown', '24h')).toBeNull()
})
