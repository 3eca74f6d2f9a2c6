/** Every route of the API, literal paths before those with parameters. */
import { core } from './core/index.ts'
import { executionDetail } from './execution-detail.ts'
import { executionLogs } from './execution-logs.ts'
import { executionTree } from './execution-tree.ts'
import { executionsList } from './executions-list.ts'
import { observability } from './observability/index.ts'
import { operation, selfDescription } from './operation.ts'
import type { Route } from './route.ts'
import { trace } from './trace.ts'

export const ROUTES: readonly Route[] = selfDescription([
  executionsList,
  executionDetail,
  executionTree,
  executionLogs,
  trace,
  ...core,
  ...observability,
  ...operation,
])
