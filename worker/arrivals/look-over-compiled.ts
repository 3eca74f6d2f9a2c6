/** Looks over blocks as `look-over.ts` does, by the compiled stages: there is an object for each trace, and none for the spans of simple ones. */

import { isTrap } from '@runlens/runtime'
import { type CompiledLook, readLook } from '../compiled/compiled-look.ts'
import type { ExecutionBlock } from '../compiled/execution-blocks.ts'
import type { SettleStages } from '../compiled/settle-stages.ts'
import { allDone } from '../jobs/all-done.ts'
import { inSlices } from '../jobs/in-slices.ts'
import { keyText } from '../settle/execution-key.ts'
import type { Arrival } from './dirty-traces.ts'
import { type KnownTrace, readKnown, traceKeyText } from './known-traces.ts'
import type { LookedOver, LookOverOptions, SimpleTrace } from './look-over.ts'
import { preparing } from './prepare-traces.ts'
import { arrivalOf, type Group, likelyIds } from './trace-groups.ts'

/** @returns undefined if it is left to TypeScript */
export async function lookOverCompiled(
  options: LookOverOptions,
  stages: SettleStages,
): Promise<LookedOver | undefined> {
  const { client, payloadBytesMax } = options
  const look = await readLook(stages, client, options.blocks, payloadBytesMax)
  if (!look) return undefined
  const { table } = look
  const others: Group[] = []
  const simple: CompiledTrace[] = []
  for (let trace = 0; trace < look.traces; trace++) {
    if (look.roots[trace]! >= 0) simple.push(new CompiledTrace(look, trace))
    else others.push(groupOf(look, trace))
  }
  // What came without its root waits for it anyway.
  const rooted = others.filter(({ hasRoot }) => hasRoot)
  const ids = likelyIds(table, rooted)
  for (const trace of simple) if (trace.hasOwnId) ids.add(trace.tenant, trace.execution_id)
  // What is called by its trace is asked for only if another one says that it is the same.
  for (const trace of simple) if (!trace.hasOwnId && ids.has(trace)) ids.add(trace.tenant, trace.execution_id)
  const prepare = preparing(table, options)
  const [known, reads] = await allDone([
    readKnown(client, [...simple, ...rooted], ids.byTenant),
    inSlices(others, prepare),
  ])
  const told = ({ tenant, trace_id }: Group | CompiledTrace): KnownTrace =>
    known.traces.get(traceKeyText({ tenant, trace_id })) ?? UNKNOWN
  const arrivals = others.map((group, n) => completed(arrivalOf(table, group, reads[n]), told(group)))
  const free: CompiledTrace[] = []
  for (const trace of simple) {
    trace.known = told(trace)
    const isKnown = trace.hasOwnId && known.lookedUp.get(trace.tenant)!.places.has(keyText(trace))
    if (!isKnown && !ids.isShared(trace.tenant, trace.execution_id) && trace.isWholeAndNew()) free.push(trace)
    else arrivals.push(trace.arrival())
  }
  const { lookedUp } = known
  const blocks = blocksByTenant(look, free)
  if (blocks) return { arrivals, simple: free, blocks, lookedUp }
  for (const trace of free) arrivals.push(trace.arrival())
  return { arrivals, simple: [], blocks: new Map(), lookedUp }
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

const UNKNOWN: KnownTrace = { stored: 0, gaveExecution: false }

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

class CompiledTrace implements SimpleTrace {
  readonly tenant: string
  readonly trace_id: string
  readonly execution_id: string
  /** Whether it is not called by its trace. */
  readonly hasOwnId: boolean
  readonly instance: string
  known = UNKNOWN

  constructor(
    private readonly look: CompiledLook,
    readonly trace: number,
  ) {
    const root = look.roots[trace]!
    this.tenant = look.table.tenants.at(root)
    this.trace_id = look.traceId(trace)
    this.execution_id = look.ownId(trace) || this.trace_id
    this.hasOwnId = this.execution_id !== this.trace_id
    this.instance = look.table.labelsOf(root).instance
  }

  get arrived_at(): bigint {
    return this.look.firstArrivals[this.trace]!
  }

  isWholeAndNew(): boolean {
    return !this.known.gaveExecution && this.known.stored === this.look.spans(this.trace)
  }

  arrival(): Arrival {
    return completed(arrivalOf(this.look.table, groupOf(this.look, this.trace), undefined), this.known)
  }
}
