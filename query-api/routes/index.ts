/** Every route of the API, literal paths before those with parameters. */
import { executionDetail } from './execution-detail.ts'
import { executionLogs } from './execution-logs.ts'
import { executionTree } from './execution-tree.ts'
import { executionsList } from './executions-list.ts'
import { workflowHistory } from './history/index.ts'
import { kpis } from './kpis.ts'
import { live } from './live/index.ts'
import { monitoring } from './monitoring/index.ts'
import { operation, selfDescription } from './operation.ts'
import type { Route } from './route.ts'
import { sync } from './sync/index.ts'
import { trace } from './trace.ts'
import { workflows } from './workflows.ts'

export const ROUTES: readonly Route[] = selfDescription([
  executionsList,
  executionDetail,
  executionTree,
  executionLogs,
  trace,
  kpis,
  workflows,
  ...workflowHistory,
  ...live,
  ...monitoring,
  ...sync,
  ...operation,
])
