/** Routes of the view of workflow history. */
import type { Route } from '../route.ts'
import { active } from './active.ts'
import { createRuns } from './create-run.ts'
import { history } from './history.ts'
import { patchRuns } from './patch-run.ts'
import { visualSessions } from './visual-sessions.ts'
import { workflowStats } from './workflow-stats.ts'

export const workflowHistory: readonly Route[] = [
  ...createRuns,
  ...patchRuns,
  ...history,
  ...workflowStats,
  ...active,
  ...visualSessions,
]
