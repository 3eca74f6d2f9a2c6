import type { Route } from '../route.ts'
import { exportMetrics } from './export.ts'
import { PART_ROUTES } from './routes.ts'

export const metrics: readonly Route[] = [...PART_ROUTES, exportMetrics]
