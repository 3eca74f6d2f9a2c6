import { expect, it } from 'vitest'
import { tracker } from '../query/tracker.ts'
import { startExecution, withExecution } from './with-execution.ts'

it('without an SDK everything runs as it would, executions have ids, and queries say that nothing was recorded', async () => {
  const ids = new Set<string>()
  const result = await withExecution({ workflow: 'w' }, async (execution) => {
    ids.add(execution.id)
    execution.setProgress(0.5)
    const headers = execution.handOver({} as Record<string, unknown>)
    expect(String(headers['runlens-execution'])).toContain(execution.id)
    return execution.step({ name: 's', retries: { attempts: 2 } }, async () => 'done')
  })
  expect(result).toBe('done')
  const byHand = startExecution({ workflow: 'w' })
  ids.add(byHand.id)
  byHand.end()
  expect([...ids].map((id) => /^[0-9a-f-]{36}$/.test(id))).toEqual([true, true])
  expect(await tracker.logExecution({ query: 'select 1' })).toMatchObject({ kind: 'dropped' })
  expect(tracker.logExecutionBackground({ query: 'select 1' })).toMatch(/^0+$/)
})
