import { STATUSES, type Status } from '@runlens/conventions'
import { describe, expect, it } from 'vitest'
import { type StatusView, statusesOf, wordOf, wordsOf } from './status-words.ts'

/** Rows of the contract: status, then the word of queries, observability, history and monitoring. */
const CONTRACT: [Status, string, string, string, string][] = [
  ['queued', 'running', 'running', 'running', 'running'],
  ['running', 'running', 'running', 'running', 'running'],
  ['waiting', 'running', 'waiting', 'running', 'running'],
  ['success', 'success', 'success', 'completed', 'completed'],
  ['partial', 'success', 'error', 'completed', 'partial'],
  ['failed', 'failed', 'error', 'failed', 'failed'],
  ['error', 'error', 'error', 'failed', 'failed'],
  ['timeout', 'timeout', 'error', 'failed', 'failed'],
  ['cancelled', 'error', 'error', 'cancelled', 'failed'],
  ['lost', 'error', 'error', 'failed', 'failed'],
]
const VIEWS: StatusView[] = ['queries', 'observability', 'history', 'monitoring']

describe('words for statuses', () => {
  it('are those of the contract, for all ten', () => {
    expect(CONTRACT.map(([status]) => status)).toEqual([...STATUSES])
    for (const [status, ...words] of CONTRACT) expect(VIEWS.map((view) => wordOf(view, status))).toEqual(words)
  })

  it('mean every status that has them, each status once over all words of a view', () => {
    expect(statusesOf('queries', ['error'])).toEqual(['error', 'cancelled', 'lost'])
    expect(statusesOf('monitoring', ['partial', 'completed'])).toEqual(['success', 'partial'])
    expect(statusesOf('history', ['failed'])).toEqual(['failed', 'error', 'timeout', 'lost'])
    for (const view of VIEWS) {
      expect(
        wordsOf(view)
          .flatMap((word) => statusesOf(view, [word]))
          .sort(),
      ).toEqual([...STATUSES].sort())
    }
  })

  it('are listed in order of the statuses', () => {
    expect(wordsOf('queries')).toEqual(['running', 'success', 'failed', 'error', 'timeout'])
    expect(wordsOf('monitoring')).toEqual(['running', 'completed', 'partial', 'failed'])
  })
})
