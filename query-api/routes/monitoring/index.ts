/** Routes of the view of graph runs. */
import type { Route } from '../route.ts'
import { conversationLogs, logs } from './logs.ts'
import { oneLog } from './one-log.ts'
import { stats } from './stats.ts'

export const monitoring: readonly Route[] = [logs, oneLog, conversationLogs, stats]
