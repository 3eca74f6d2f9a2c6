/** Routes of query tracking. */
import type { Route } from '../route.ts'
import { queryList } from './list.ts'
import { globalDatabases, globalStats, userDatabases, userStats } from './stats.ts'

export const queries: readonly Route[] = [queryList, userStats, userDatabases, globalStats, globalDatabases]
