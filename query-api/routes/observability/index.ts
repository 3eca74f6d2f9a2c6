/** Routes of the workflow observability view. */
import type { Route } from '../route.ts'
import { kpis } from './kpis.ts'
import { workflows } from './workflows.ts'

export const observability: readonly Route[] = [kpis, workflows]
