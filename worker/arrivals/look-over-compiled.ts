/** Looks over blocks as `look-over.ts` does, by the compiled stages: there is an object for each trace, and none for the spans of simple ones. */

import type { ArrivalTable } from '@runlens/clickhouse'
import { isTrap } from '@runlens/runtime'
import { type CompiledLook, readLook } from '../compiled/compiled-look.ts'
import type { ExecutionBlock } from '../compiled/execution-blocks.ts'
import type { SettleStages } from '../compiled/settle-stages.ts'
import { allDone } from '../jobs/all-done.ts'
import { inSlices } from '../jobs/in-slices.ts'
import { keyText } from '../settle/execution-key.ts'
import type { Arrival } from './dirty-traces.ts'
import { type KnownTrace, knownTraces, readLookedUp } from './known-traces.ts'
import type { LookedOver, LookOverOptions, SimpleTrace } from './look-over.ts'
import { preparing } from './prepare-traces.ts'
import { arrivalOf, type Group, type LikelyIds, likelyIds } from './trace-groups.ts'

/** @returns undefined if it is left to TypeScript */
export async function lookOverCompiled(
  options: LookOverOptions,
  stages: SettleStages,
): Promise<LookedOver | undefined> {
  const { client, payloadBytesMax } = options
  const look = await readLook(stages, client, options.blocks, payloadBytesMax)
  if (!look) return undefined
  const { table } = look
  const others: OtherTrace[] = []
  const simple: CompiledTrace[] = []
  for (let trace = 0; trace < look.traces; trace++) {
    if (look.roots[trace]! >= 0) simple.push(new CompiledTrace(look, trace))
    else others.push({ ...groupOf(look, trace), trace })
  }
  const ids = idsOf(table, simple, others)
  const tenants = new Set([...simple, ...others].map(({ tenant }) => tenant))
  const [isKnown, lookedUp, reads] = await allDone([
    look.readKnown(client, knownTraces([...tenants], look.hexIds)),
    readLookedUp(client, ids.byTenant),
    inSlices(others, preparing(table, options)),
  ])
  if (!isKnown) return undefined
  const arrivals = others.map((other, n) =>
    // What came without its root waits for it anyway.
    completed(arrivalOf(table, other, reads[n]), other.hasRoot ? look.known(other.trace) : UNKNOWN),
  )
  const free: CompiledTrace[] = []
  for (const one of simple) {
    const { tenant, trace, execution_id } = one
    const isSeen = one.hasOwnId && lookedUp.get(tenant)!.places.has(keyText(one))
    if (!isSeen && !ids.isShared(tenant, execution_id) && look.isWholeAndNew(trace)) free.push(one)
    else arrivals.push(one.arrival())
  }
  const blocks = blocksByTenant(look, free)
  if (blocks) return { arrivals, simple: free, blocks, lookedUp }
  for (const trace of free) arrivals.push(trace.arrival())
  return { arrivals, simple: [], blocks: new Map(), lookedUp }
}

/** A trace that is not simple. */
interface OtherTrace extends Group {
  /** Its number in the look. */
  trace: number
}

const UNKNOWN: KnownTrace = { stored: 0, gaveExecution: false }

/** Ids that executions may have, but of simple traces that are called by themselves: those are asked for only if another one says that it is the same. */
function idsOf(table: ArrivalTable, simple: readonly CompiledTrace[], others: readonly Group[]): LikelyIds {
  const ids = likelyIds(
    table,
    others.filter(({ hasRoot }) => hasRoot),
  )
  for (const { hasOwnId, tenant, execution_id } of simple) if (hasOwnId) ids.add(tenant, execution_id)
  for (const one of simple) if (!one.hasOwnId && ids.has(one)) ids.add(one.tenant, one.execution_id)
  return ids
}

/** Gives undefined if the compiled stages stop in the middle: then the traces are settled like all others. */
function blocksByTenant(
  look: CompiledLook,
  simple: readonly CompiledTrace[],
): ReadonlyMap<string, readonly ExecutionBlock[]> | undefined {
  const tracesOf = new Map<string, number[]>()
  for (const { tenant, trace } of simple) {
    const others = tracesOf.get(tenant)
    if (others) others.push(trace)
    else tracesOf.set(tenant, [trace])
  }
  const nowMicros = BigInt(Date.now()) * 1000n
  try {
    return new Map(Array.from(tracesOf, ([tenant, traces]) => [tenant, look.blocks(tenant, traces, nowMicros)]))
  } catch (error) {
    if (isTrap(error)) return undefined
    throw error
  }
}

function groupOf(look: CompiledLook, trace: number): Group {
  const rows = look.rowsOf(trace)
  return {
    tenant: look.table.tenants.at(rows[0]!),
    trace_id: look.traceId(trace),
    rows,
    hasRoot: look.hasRoot[trace] === 1,
    simpleRoot: look.roots[trace]!,
  }
}

function completed(arrival: Omit<Arrival, 'stored' | 'isNew'>, { stored, gaveExecution }: KnownTrace): Arrival {
  return { ...arrival, stored, isNew: !gaveExecution }
}

/** There are many in each look: what is rarely asked for is found out when it is. */
class CompiledTrace implements SimpleTrace {
  readonly tenant: string
  readonly instance: string
  private readonly ownId: string

  constructor(
    private readonly look: CompiledLook,
    readonly trace: number,
  ) {
    const root = look.roots[trace]!
    this.tenant = look.table.tenants.at(root)
    this.instance = look.table.labelsOf(root).instance
    this.ownId = look.ownId(trace)
  }

  get trace_id(): string {
    return this.look.traceId(this.trace)
  }

  get execution_id(): string {
    return this.ownId || this.trace_id
  }

  /** Whether it is not called by its trace. */
  get hasOwnId(): boolean {
    return this.ownId !== '' && this.ownId !== this.trace_id
  }

  get arrived_at(): bigint {
    return this.look.firstArrivals[this.trace]!
  }

  arrival(): Arrival {
    const { look, trace } = this
    return completed(arrivalOf(look.table, groupOf(look, trace), undefined), look.known(trace))
  }
}
