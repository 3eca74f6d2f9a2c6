/** The log of changes behind a place in it, in order; for the process that tells them on, not for a tenant. */
import type { Position } from '../../live/position.ts'
import { Parameters, type Question, rowsOf, type Scope } from '../question.ts'

export interface ChangeRow {
  block: string
  block_offset: string
  at: string
  tenant: string
  execution_id: string
  instance: string
  kind: string
  provider: string
  workflow_id: string
  workflow_name: string
  environment: string
  service: string
  user_id: string
  conversation_id: string
  status: string
  previous_status: string
  started_ns: string
  ended_ns: string | null
  duration_ms: number | null
  progress: number | null
  version: string
}

const COLUMNS = `SELECT
  toString(_block_number) AS block,
  toString(_block_offset) AS block_offset,
  toString(toUnixTimestamp64Micro(changed_at)) AS at,
  tenant, execution_id, instance, kind, provider, workflow_id, workflow_name, environment, service, user_id, conversation_id,
  status, previous_status,
  toString(toUnixTimestamp64Nano(started_at)) AS started_ns,
  toString(toUnixTimestamp64Nano(ended_at)) AS ended_ns,
  duration_ms, progress,
  toString(version) AS version`

export interface AfterOptions {
  /** How much earlier than the place rows may be stamped that became visible after it, microseconds. */
  lookbackMicros: bigint
  /** Rows at most. */
  limit: number
}

/** Rows of all tenants. */
export function changesAfter(after: Position, options: AfterOptions): Question<ChangeRow> {
  const parameters = new Parameters()
  const conditions = placeConditions(after, options, parameters)
  const sql = `${COLUMNS}\nFROM execution_changes\nWHERE ${conditions.join('\n  AND ')}\n${order(options, parameters)}`
  return { name: 'changes-after', sql, params: parameters.values }
}

/** Rows that one reader may see, for a client that goes on. */
export function changesOf(scope: Scope, after: Position, options: AfterOptions): Question<ChangeRow> {
  const parameters = new Parameters()
  const rows = rowsOf('execution_changes', scope, parameters, placeConditions(after, options, parameters))
  return { name: 'changes-of', sql: `${COLUMNS}\n${rows}\n${order(options, parameters)}`, params: parameters.values }
}

function placeConditions(after: Position, { lookbackMicros }: AfterOptions, parameters: Parameters): string[] {
  const from = after.at > lookbackMicros ? after.at - lookbackMicros : 0n
  const block = parameters.bind('block', 'Int64', after.block)
  const offset = parameters.bind('block_offset', 'Int64', after.offset)
  return [
    `changed_at >= fromUnixTimestamp64Micro(${parameters.bind('changed_from', 'Int64', from)}, 'UTC')`,
    `(_block_number > ${block} OR (_block_number = ${block} AND _block_offset > ${offset}))`,
  ]
}

function order({ limit }: AfterOptions, parameters: Parameters): string {
  return `ORDER BY _block_number, _block_offset\nLIMIT ${parameters.bind('limit', 'UInt32', limit)}`
}
