/** Routes of the workflow observability view. */
import type { Route } from '../route.ts'
import { analytics } from './analytics.ts'
import { environments } from './environments.ts'
import { kpis } from './kpis.ts'
import { overview } from './overview.ts'
import { status } from './status.ts'
import { workflows } from './workflows.ts'

export const observability: readonly Route[] = [kpis, overview, workflows, environments, status, analytics]
