import { describe, expect, it } from 'vitest'
import { FIRST_AGENT, LOGGED_EVERY, LONG_EVERY } from '../fill/numbers.ts'
import { questionsAbout } from './questions.ts'

const TO = Date.UTC(2026, 10, 20, 10, 30)
const STATE = { executions: 20_000, days: 7, fromMs: TO - 7 * 86_400_000, toMs: TO, filled: 20_000, isRolledUp: true }

describe('the questions', () => {
  it('are about another thing each time', () => {
    for (const { what, path, body } of questionsAbout(STATE)) {
      const asked = new Set(Array.from({ length: 7 }, (_, n) => JSON.stringify([path(n), body?.(n)])))
      expect(asked.size, what).toBe(7)
    }
  })

  it('are each called by another name', () => {
    const names = questionsAbout(STATE).map(({ what }) => what)
    expect(new Set(names).size).toBe(names.length)
  })

  it('ask for executions that are there, and for trees of those with many steps', () => {
    const questions = questionsAbout(STATE)
    const numbers = (what: string) => {
      const { path } = questions.find((one) => one.what === what)!
      return Array.from({ length: 50 }, (_, n) => Number(/run-(\d{10})/.exec(path(n))![1]))
    }
    expect(
      numbers('one run log').filter((number) => number >= STATE.executions || number % 100 !== FIRST_AGENT),
    ).toEqual([])
    expect(numbers('logs of an execution').filter((number) => number % LOGGED_EVERY !== 0)).toEqual([])
    expect(numbers('one execution').filter((number) => number >= STATE.executions)).toEqual([])
    expect(numbers('tree of 50 steps').filter((number) => number % LONG_EVERY !== 0)).toEqual([])
  })
})
