import type { Route } from '../route.ts'
import { streamCounts, streamExecutions } from './streams.ts'
import { webSocket } from './web-socket.ts'

export const live: readonly Route[] = [streamCounts, streamExecutions, webSocket]
