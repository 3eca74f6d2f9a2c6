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

/** The row with its values by name, and the status to show. Names are set one by one: spreading objects took fifteen times as long. */
export function decodeListed<Row extends Pick<ExecutionColumns, 'ended_ns'>>(
  { listed, stored_status, ...others }: Stored<Row>,
  silence: Silence,
): Row {
  const values = JSON.parse(listed) as unknown[]
  const row: Record<string, unknown> = others
  LISTED_VALUES.forEach((name, index) => {
    row[name] = values[index]
  })
  row.last_seen_ns ??= row.ended_ns
  row.shown_status = isLost(row, stored_status, silence) ? 'lost' : stored_status
  return row as unknown as Row
}

function isLost({ last_seen_ns, heartbeat_ms }: Record<string, unknown>, status: Status, silence: Silence): boolean {
  const heartbeat_at = heartbeat_ms === null ? null : BigInt(heartbeat_ms as string)
  return isSilent({ status, last_seen_at: BigInt(last_seen_ns as string), heartbeat_at }, silence)
}
