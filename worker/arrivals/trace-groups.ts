/** Traces whose spans are still in columns, and what can be told of one. */
import type { ArrivalTable } from '@runlens/clickhouse'
import type { Arrival } from './dirty-traces.ts'

/** A trace, its spans still in columns. */
export interface Group {
  tenant: string
  trace_id: string
  rows: Uint32Array
  hasRoot: boolean
  /** Row of its execution; -1: it is not simple. */
  simpleRoot: number
}

/** Ids of executions, and which of them came more than once. */
export class LikelyIds {
  readonly byTenant = new Map<string, Set<string>>()
  private readonly shared = new Set<string>()

  add(tenant: string, id: string): void {
    const ofTenant = this.byTenant.get(tenant) ?? new Set()
    this.byTenant.set(tenant, ofTenant)
    if (ofTenant.has(id)) this.shared.add(`${tenant}\0${id}`)
    ofTenant.add(id)
  }

  has({ tenant, execution_id }: { tenant: string; execution_id: string }): boolean {
    return this.byTenant.get(tenant)?.has(execution_id) ?? false
  }

  /** Whether several of the traces may give an execution with this id. */
  isShared(tenant: string, id: string): boolean {
    return this.shared.size > 0 && this.shared.has(`${tenant}\0${id}`)
  }
}

/** Ids that executions of these traces will most likely have; settling looks for others itself. */
export function likelyIds(table: ArrivalTable, groups: readonly Group[]): LikelyIds {
  const ids = new LikelyIds()
  for (const group of groups) for (const id of idsOf(table, group)) ids.add(group.tenant, id)
  return ids
}

function idsOf(table: ArrivalTable, { trace_id, rows, simpleRoot }: Group): Set<string> {
  if (simpleRoot >= 0) return new Set([table.fieldsOf(simpleRoot).execution_id || trace_id])
  const ids = new Set<string>()
  for (const row of rows) {
    const isRoot = table.isRoot(row)
    if (isRoot) ids.add(trace_id)
    const { execution_id } = table.fieldsOf(row)
    if (execution_id !== '') ids.add(execution_id)
    else if (!isRoot && table.isEntry(row)) ids.add(`${trace_id}-${table.spanIdOf(row)}`)
  }
  return ids
}

/** What is told of a trace that came in some blocks, but what the database knows of it. */
export function arrivalOf(
  table: ArrivalTable,
  { tenant, trace_id, rows }: Group,
  read: Arrival['read'],
): Omit<Arrival, 'stored' | 'isNew'> {
  const blocks = ascending(new Set(Array.from(rows, (row) => table.arrivedAt.at(row))))
  const starts = ascending(Array.from(rows, (row) => table.startedAt.at(row)))
  return {
    tenant,
    trace_id,
    arrived_at: blocks[0]!,
    spans: rows.length,
    range: {
      trace_id,
      first_started_at: starts[0]!,
      last_started_at: starts.at(-1)!,
      services: [...new Set(Array.from(rows, (row) => table.services.at(row)))],
      markers: rows.reduce((sum, row) => sum + (table.labelsOf(row).marker === '' ? 0 : 1), 0),
    },
    blocks,
    ...(read && { read }),
  }
}

function ascending(values: Iterable<bigint>): bigint[] {
  return [...values].sort((a, b) => (a < b ? -1 : 1))
}
