/** A database query that nothing calls from above: an execution by itself. */
import type { Draft } from '../draft.ts'
import { databaseCall } from './database.ts'
import { faultSometimes } from './faults.ts'
import { reports } from './services.ts'

export function query(draft: Draft): void {
  draft.trace((trace) => {
    databaseCall(trace, draft.random, reports, faultSometimes(draft.random, 0.02), {
      'user.id': `user-${draft.digits(20_000)}`,
    })
  })
}
