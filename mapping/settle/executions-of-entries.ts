/** Entries → executions: which of them are segments of one, and under which id. */

import type { SettleSpan } from '@runlens/conventions'
import { compare } from './compare.ts'
import type { Entries } from './find-entries.ts'
import { setRetoldAside } from './retold.ts'
import { ROOT } from './span-forest.ts'

/** One execution's place in the forest. */
export interface EntryGroup {
  executionId: string
  instance: string
  /** Indexes of its entry spans in canonical order: the first began it. */
  entries: number[]
  /** Entries read out of the engine's records, where others tell of the execution as well: no segments of their own. */
  retold: number[]
  /** The entry nearest to a root: its place is the execution's place. */
  highest: number
}

/**
 * Entries with the same id at the same instance are one execution, resumed, if they run the same workflow. An entry without an
 * id of its own is called by its trace if it is the trace's first parentless entry, else by trace and span: an id follows from
 * the entry's own place, so an entry that arrives later never renames another (but for a second parentless one that began
 * earlier). Another that names this id is the same execution as well. Whatever they say, no two executions have one id at one instance.
 */
export function groupEntries(spans: readonly SettleSpan[], entries: Entries): EntryGroup[] {
  const groups = new Map<string, EntryGroup>()
  const outermostFirst = entryNodes(entries)
  const instances = nativeInstances(spans, outermostFirst)
  const named = new Set<string>()
  const list: EntryGroup[] = []
  for (const n of outermostFirst) {
    const span = spans[n]!
    const instance = (span.rule === 1 && instances.get(`${span.trace_id}/${span.execution_id}`)) || span.instance
    const derived = () => derivedId(span, entries.parent[n]!, named)
    let executionId = span.execution_id || derived()
    let known = groups.get(`${instance}\0${executionId}`)
    if (known && !sameRun(spans[known.highest]!, span)) {
      executionId = derived()
      known = groups.get(`${instance}\0${executionId}`)
    }
    if (known) {
      known.entries.push(n)
      continue
    }
    const group = { executionId, instance, entries: [n], retold: [], highest: n }
    groups.set(`${instance}\0${executionId}`, group)
    list.push(group)
  }
  for (const group of list) {
    setRetoldAside(spans, group)
    group.entries.sort((a, b) => a - b)
  }
  return list
}

/** Of two entries with one id the outer one owns it. */
function entryNodes({ isEntry, depth }: Entries): number[] {
  const nodes: number[] = []
  isEntry.forEach((is, n) => {
    if (is) nodes.push(n)
  })
  return nodes.sort((a, b) => depth[a]! - depth[b]! || a - b)
}

/** An execution that goes on in another service keeps the instance in which it began. */
function nativeInstances(spans: readonly SettleSpan[], nodes: readonly number[]): Map<string, string> {
  const instances = new Map<string, string>()
  for (const n of nodes) {
    const { trace_id, execution_id, rule, instance } = spans[n]!
    const key = `${trace_id}/${execution_id}`
    if (rule === 1 && execution_id !== '' && !instances.has(key)) instances.set(key, instance)
  }
  return instances
}

/** Engines put a run's id on nested runs of other workflows too; only our own contract promises that it is the same run. */
function sameRun(first: SettleSpan, other: SettleSpan): boolean {
  if (first.rule === 1 && other.rule === 1) return true
  return first.execution_kind === other.execution_kind && first.workflow_id === other.workflow_id
}

function derivedId(span: SettleSpan, parent: number, named: Set<string>): string {
  if (parent !== ROOT || named.has(span.trace_id)) return `${span.trace_id}-${span.span_id}`
  named.add(span.trace_id)
  return span.trace_id
}

/** Whether something is later: final before open, then by time, then by id. */
export function compareSegments(a: SettleSpan, b: SettleSpan, aFinal: boolean, bFinal: boolean): number {
  return (
    Number(aFinal) - Number(bFinal) ||
    compare(lastTime(a), lastTime(b)) ||
    compare(a.started_at, b.started_at) ||
    compare(a.trace_id, b.trace_id) ||
    compare(a.span_id, b.span_id)
  )
}

/** The latest time that a span names, or that is told of it while it is open. */
export function lastTime(span: SettleSpan): bigint {
  return later(span.ended_at === 0n ? span.recorded_at : span.ended_at, span.started_at)
}

/** The greater of two times. */
export function later(a: bigint, b: bigint): bigint {
  if (a >= b) return a
  return b
}

/** The lesser of two times. */
export function earlier(a: bigint, b: bigint): bigint {
  if (a <= b) return a
  return b
}
