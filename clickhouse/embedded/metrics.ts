/** What the embedded ClickHouse tells Prometheus: one table over what its parts count, read when somebody asks. */
import type { Server, Socket } from 'node:net'
import { addFigures, createRegistry, type FigureRow, type Registry } from '@runlens/runtime'
import type { QueryKiller } from './query-killer.ts'
import type { QueryCounts } from './server.ts'
import type { SessionPool } from './sessions.ts'

export interface MetricSources {
  pool: Pick<SessionPool, 'size' | 'busy' | 'waiting'>
  killer: Pick<QueryKiller, 'killed'>
  counts: Readonly<QueryCounts>
  traffic: Readonly<Traffic>
}

export interface Traffic {
  received: number
  sent: number
}

const ROWS: readonly FigureRow<MetricSources>[] = [
  ['gauge', 'runlens_clickhouse_sessions', 'Queries that can run at once.', (s) => s.pool.size],
  ['gauge', 'runlens_clickhouse_queries_running', 'Queries that hold a session.', (s) => s.pool.busy],
  ['gauge', 'runlens_clickhouse_queries_waiting', 'Queries that wait for a session.', (s) => s.pool.waiting],
  [
    'counter',
    'runlens_clickhouse_queries_total',
    'Queries by how they ended.',
    ({ counts }) => ({ ok: counts.ok, failed: counts.failed }),
    'result',
  ],
  [
    'counter',
    'runlens_clickhouse_queries_refused_total',
    'Queries not taken, by reason.',
    (s) => s.counts.refused,
    'reason',
  ],
  ['counter', 'runlens_clickhouse_queries_killed_total', 'Queries stopped before their end.', (s) => s.killer.killed],
  [
    'counter',
    'runlens_clickhouse_received_bytes_total',
    'Bytes that came in, through connections and as files.',
    (s) => s.traffic.received,
  ],
  [
    'counter',
    'runlens_clickhouse_sent_bytes_total',
    'Bytes that went out, through connections and as files.',
    (s) => s.traffic.sent,
  ],
]

export function createEmbeddedRegistry(sources: MetricSources): Registry {
  const registry = createRegistry()
  addFigures(registry, () => sources, ROWS)
  return registry
}

/**
 * Bytes over all connections of a server, by its sockets' own count, and by way of files.
 * @param files is counted up by whoever takes them
 */
export function countTraffic(server: Server, files: Readonly<Traffic>): Readonly<Traffic> {
  const open = new Set<Socket>()
  const closed = { received: 0, sent: 0 }
  server.on('connection', (socket: Socket) => {
    open.add(socket)
    socket.once('close', () => {
      open.delete(socket)
      closed.received += socket.bytesRead
      closed.sent += socket.bytesWritten
    })
  })
  return {
    get received() {
      return [...open].reduce((sum, socket) => sum + socket.bytesRead, closed.received + files.received)
    },
    get sent() {
      return [...open].reduce((sum, socket) => sum + socket.bytesWritten, closed.sent + files.sent)
    },
  }
}
