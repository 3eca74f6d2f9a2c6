/** Rules 1–5 over a whole trace: which spans are executions, which must wait for their ancestors, what lies above each. */

import type { SettleSpan } from '@runlens/conventions'
import type { SettleOptions } from './execution.ts'
import { type Forest, MISSING } from './span-forest.ts'

export interface Entries {
  /** 1 where the span is an execution (or a segment of one). */
  isEntry: Uint8Array
  /** Nearest entry above each span, itself excluded; -1: none known. */
  above: Int32Array
  /** Parent, or the entry that took in a span whose parent is missing; negative: none. */
  parent: Int32Array
  /** Entries and their descendants have a greater depth than anything above them. */
  depth: Int32Array
  /** Outermost span above each that a rule from 1 to 3 makes an execution, itself excluded; -1: none. Below one a candidate of rule 3 is a step. */
  inside: Int32Array
  /** Earliest moment at which a waiting candidate is due, milliseconds since the epoch; null: none waits. */
  dueAtMs: number | null
}

const CERTAIN = 1
const UNDECIDED = 2

export function findEntries(forest: Forest, options: SettleOptions): Entries {
  const { spans, order, top } = forest
  const { decision, inside } = decideBySpan(forest)
  const homes = findHomes(forest, decision)
  const parent = Int32Array.from(forest.parent)
  const entries: Entries = {
    isEntry: new Uint8Array(spans.length),
    above: new Int32Array(spans.length).fill(-1),
    parent,
    depth: new Int32Array(spans.length),
    inside,
    dueAtMs: null,
  }
  for (const n of order) {
    if (parent[n] === MISSING) parent[n] = homeOf(spans[n]!, homes) ?? MISSING
    if (decision[n] === UNDECIDED) decideOrphan(forest, n, parent[top[n]!]!, entries, options)
    else entries.isEntry[n] = decision[n] === CERTAIN ? 1 : 0
    const p = parent[n]!
    if (p < 0) continue
    entries.above[n] = entries.isEntry[p] ? p : entries.above[p]!
    entries.depth[n] = entries.depth[p]! + 1
  }
  return entries
}

/** What roles and known ancestors decide: executions for certain, and candidates whose ancestors are not all here. */
function decideBySpan({ spans, parent, top, order }: Forest): { decision: Uint8Array; inside: Int32Array } {
  const decision = new Uint8Array(spans.length)
  const inside = new Int32Array(spans.length).fill(-1)
  for (const n of order) {
    const { role, rule } = spans[n]!
    const p = parent[n]!
    if (p >= 0) inside[n] = inside[p]! < 0 && isOfRule123(spans[p]!) ? p : inside[p]!
    if (role === 'entry') decision[n] = CERTAIN
    else if (role === 'candidate' && rule === 5) decision[n] = p >= 0 ? 0 : p === MISSING ? UNDECIDED : CERTAIN
    else if (role === 'candidate' && inside[n]! < 0) decision[n] = parent[top[n]!] === MISSING ? UNDECIDED : CERTAIN
  }
  return { decision, inside }
}

function isOfRule123({ role, rule }: SettleSpan): boolean {
  return (role === 'entry' || role === 'candidate') && rule <= 3
}

/** The only execution of a trace, all of whose ancestors are known: it takes in spans whose parent is missing. */
interface Home {
  entry: number
  rule: number
  execution: string
  startedAt: bigint
  /** 0n: still open. */
  endedAt: bigint
}

function findHomes({ spans, parent, top, order }: Forest, decision: Uint8Array): Map<string, Home | null> {
  const homes = new Map<string, Home | null>()
  for (const n of order) {
    if (decision[n] !== CERTAIN) continue
    const span = spans[n]!
    const { trace_id: trace, instance, execution_id: id, rule, started_at: startedAt, ended_at: endedAt } = span
    const known = homes.get(trace)
    const execution = id === '' ? `#${span.span_id}` : `${instance}/${id}`
    if (known === undefined) {
      homes.set(trace, parent[top[n]!] === MISSING ? null : { entry: n, rule, execution, startedAt, endedAt })
    } else if (known !== null) {
      if (known.execution !== execution || parent[top[n]!] === MISSING) homes.set(trace, null)
      else widen(known, startedAt, endedAt)
    }
  }
  return homes
}

/** A resumed run: the same execution again. */
function widen(home: Home, startedAt: bigint, endedAt: bigint): void {
  if (startedAt < home.startedAt) home.startedAt = startedAt
  if (endedAt === 0n || home.endedAt === 0n) home.endedAt = 0n
  else if (endedAt > home.endedAt) home.endedAt = endedAt
}

function homeOf(span: SettleSpan, homes: Map<string, Home | null>): number | undefined {
  const home = homes.get(span.trace_id)
  if (!home || span.started_at < home.startedAt) return undefined
  return home.endedAt === 0n || span.started_at <= home.endedAt ? home.entry : undefined
}

/**
 * A candidate whose ancestors are not all here. Taken in by an execution it is a step there, unless a graph runs inside a
 * mere request, job or query: that is an execution of its own, like any other once it has waited long enough.
 */
function decideOrphan(forest: Forest, n: number, home: number, entries: Entries, options: SettleOptions): void {
  const span = forest.spans[n]!
  if (home >= 0 && (span.rule === 5 || forest.spans[home]!.rule <= 3)) return
  const dueAtMs = span.received_at_ms + options.candidate_timeout_ms
  if (options.now_ms >= dueAtMs) entries.isEntry[n] = 1
  else if (entries.dueAtMs === null || dueAtMs < entries.dueAtMs) entries.dueAtMs = dueAtMs
}
