/** Routes of the core beside those of one execution. */
import type { Route } from '../route.ts'
import { executionsExport } from './executions-export.ts'

export const core: readonly Route[] = [executionsExport]
