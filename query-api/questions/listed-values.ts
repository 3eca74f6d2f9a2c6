/** What a list shows of an execution: few columns, of which one, `listed`, holds most values. */
import { LISTED_VALUES } from '@runlens/clickhouse'
import type { Status } from '@runlens/conventions'
import type { ExecutionColumns } from './execution-columns.ts'
import { nanoseconds } from './question.ts'
import { isSilent, type Silence } from './status.ts'

type Name = (typeof LISTED_VALUES)[number]

/** A row as ClickHouse answers it. */
export type Stored<Row> = Omit<Row, Name | 'shown_status'> & { listed: string; stored_status: Status }

/** What is not in `listed`: keys, what nearly every row has another value of, and what changes. */
export const LISTED_COLUMNS = [
  'execution_id',
  'instance',
  'user_id',
  'duration_ms',
  'toString(status) AS stored_status',
  `${nanoseconds('started_at')} AS started_ns`,
  `${nanoseconds('ended_at')} AS ended_ns`,
  'lower(hex(trace_id)) AS trace',
  'listed',
]

/** The row with its values by name, and the status to show. */
export function decodeListed<Row extends Pick<ExecutionColumns, 'ended_ns'>>(
  { listed, stored_status: status, ...others }: Stored<Row>,
  silence: Silence,
): Row {
  const values = JSON.parse(listed) as unknown[]
  const { heartbeat_ms, ...named } = Object.fromEntries(LISTED_VALUES.map((name, index) => [name, values[index]]))
  const last_seen_ns = (named.last_seen_ns ?? (others as unknown as Row).ended_ns) as string
  const heartbeat_at = heartbeat_ms === null ? null : BigInt(heartbeat_ms as string)
  const isLost = isSilent({ status, last_seen_at: BigInt(last_seen_ns), heartbeat_at }, silence)
  return { ...others, ...named, last_seen_ns, shown_status: isLost ? 'lost' : status } as unknown as Row
}
