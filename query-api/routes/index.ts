/** Every route of the API, literal paths before those with parameters. */

import { access } from './access/index.ts'
import { core } from './core/index.ts'
import { errors } from './errors/index.ts'
import { executionDetail } from './execution-detail.ts'
import { executionLogs } from './execution-logs.ts'
import { executionTree } from './execution-tree.ts'
import { executionsList } from './executions-list.ts'
import { workflowHistory } from './history/index.ts'
import { live } from './live/index.ts'
import { mapping } from './mapping/index.ts'
import { metrics } from './metrics/index.ts'
import { monitoring } from './monitoring/index.ts'
import { observability } from './observability/index.ts'
import { operation, selfDescription } from './operation.ts'
import { queries } from './queries/index.ts'
import { retention } from './retention/index.ts'
import type { Route } from './route.ts'
import { sync } from './sync/index.ts'
import { trace } from './trace.ts'

export const ROUTES: readonly Route[] = selfDescription([
  executionsList,
  executionDetail,
  executionTree,
  executionLogs,
  trace,
  ...errors,
  ...workflowHistory,
  ...live,
  ...queries,
  ...monitoring,
  ...mapping,
  ...core,
  ...observability,
  ...access,
  ...metrics,
  ...sync,
  ...retention,
  ...operation,
])
