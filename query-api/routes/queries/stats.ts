/** `GET /api/v1/executions/{user_id}/stats`, `…/database-stats`, and the same over all users. */
import { z } from 'zod'
import { withoutMoment } from '../../meta.ts'
import {
  databaseStatsSchema,
  globalDatabaseStatsSchema,
  globalQueryStatsSchema,
  queryStatsQuerySchema,
  queryStatsSchema,
  userPath,
} from '../../schema/queries.ts'
import { QUESTION_PROBLEMS, route } from '../route.ts'
import { readFigures, shapeDatabases, shapeStats } from './figures.ts'

const shared = {
  tag: 'Query tracking',
  query: queryStatsQuerySchema,
  problems: ['invalid_parameter', ...QUESTION_PROBLEMS],
} as const
const nobody = z.strictObject({})

export const userStats = route({
  ...shared,
  path: '/api/v1/executions/{user_id}/stats',
  id: 'getQueryStatsOfUser',
  summary: 'Figures of the database queries of a user',
  parameters: userPath,
  answer: queryStatsSchema,
  handle: async (asked) => {
    const { user_id } = asked.path
    const stats = { user_id, ...shapeStats(await readFigures(asked, user_id, 'all')) }
    return { json: stats, identity: withoutMoment(stats) }
  },
})

export const globalStats = route({
  ...shared,
  path: '/api/v1/executions/stats/global',
  id: 'getQueryStats',
  summary: 'Figures of the database queries of all users',
  description: 'For the role `user`: of its own.',
  parameters: nobody,
  answer: globalQueryStatsSchema,
  handle: async (asked) => {
    const stats = shapeStats(await readFigures(asked, null, 'all'))
    return { json: stats, identity: withoutMoment(stats) }
  },
})

export const userDatabases = route({
  ...shared,
  path: '/api/v1/executions/{user_id}/database-stats',
  id: 'getDatabaseStatsOfUser',
  summary: 'Figures of the database queries of a user by type of database',
  parameters: userPath,
  answer: databaseStatsSchema,
  handle: async (asked) => {
    const { user_id } = asked.path
    const figures = await readFigures(asked, user_id, 'database_type')
    const answer = { user_id, database_stats: shapeDatabases(figures), meta: figures.meta }
    return { json: answer, identity: withoutMoment(answer) }
  },
})

export const globalDatabases = route({
  ...shared,
  path: '/api/v1/executions/database-stats/global',
  id: 'getDatabaseStats',
  summary: 'Figures of the database queries of all users by type of database',
  description: 'For the role `user`: of its own.',
  parameters: nobody,
  answer: globalDatabaseStatsSchema,
  handle: async (asked) => {
    const figures = await readFigures(asked, null, 'database_type')
    const answer = { database_stats: shapeDatabases(figures), meta: figures.meta }
    return { json: answer, identity: withoutMoment(answer) }
  },
})
