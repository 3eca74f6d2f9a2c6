/** Settling: all stored spans of one or several traces, and what markers tell of them → their executions and what became of each span. Pure. */

import type { SettleSpan } from '@runlens/conventions'
import { buildExecution, fingerprint } from './build-execution.ts'
import type { Membership, Settled, SettledExecution, SettleOptions } from './execution.ts'
import { type EntryGroup, groupEntries, lastTime } from './executions-of-entries.ts'
import { findEntries } from './find-entries.ts'
import { type Placement, placeSpans } from './memberships.ts'
import { provisionalEntries } from './provisional.ts'
import { spanForest } from './span-forest.ts'
import { type DistinctSpans, distinctSpans } from './span-versions.ts'
import { summariseSteps } from './summarise-steps.ts'

/**
 * The executions that follow from `spans`. The answer depends on what the spans say, never on their order, batches or
 * copies. Linear in the number of spans but for sorting; no recursion, so depth doesn't matter.
 */
export function settle(spans: readonly SettleSpan[], options: SettleOptions): Settled {
  const told = distinctSpans(spans)
  const provisional = provisionalEntries(told.spans, options)
  const distinct = provisional.entries.length === 0 ? told : distinctSpans([...spans, ...provisional.entries])
  const forest = spanForest(distinct)
  const entries = findEntries(forest, options)
  const groups = groupEntries(distinct.spans, entries)
  const placement = placeSpans(forest, entries, groups)
  const lastSeen = lastSeenAt(distinct.spans, placement, groups.length)
  const executions: SettledExecution[] = new Array(groups.length)
  // Inner executions first: what became of them is what the outer one's step became.
  for (const e of innermostFirst(groups, entries.depth)) {
    const summary = summariseSteps(distinct.spans, entries, placement, e, lastSeen[e]!, executions)
    executions[e] = buildExecution(distinct.spans, groups[e]!, summary, options)
    executions[e]!.heartbeat_at = heartbeatAt(distinct, placement, e)
    executions[e]!.error_fingerprint = fingerprint(executions[e]!)
  }
  inherit(executions, groups, placement, entries.depth)
  const indexOf = distinct.indexOf.subarray(0, spans.length)
  options.trace?.({ spans: forest.spans, indexOf, parent: forest.parent, top: forest.top, entries, placement })
  return {
    executions,
    memberships: Array.from(indexOf, (n) => placement.memberships[n] ?? NOWHERE),
    settle_again_at_ms: earliest(entries.dueAtMs, provisional.dueAtMs),
  }
}

/** Of what is told of a span that is not here. */
const NOWHERE: Membership = { part: 'hidden', execution: -1, within: -1, parent_step: '' }

function earliest(a: number | null, b: number | null): number | null {
  if (a === null || b === null) return a ?? b
  return Math.min(a, b)
}

/** A step's signs of life are its execution's. */
function heartbeatAt({ heartbeats }: DistinctSpans, { memberships }: Placement, execution: number): bigint | null {
  let last = 0
  for (const [n, at] of heartbeats) if (at > last && memberships[n]!.execution === execution) last = at
  return last === 0 ? null : BigInt(last)
}

function innermostFirst(groups: readonly EntryGroup[], depth: Int32Array): number[] {
  return groups.map((_, e) => e).sort((a, b) => depth[groups[b]!.highest]! - depth[groups[a]!.highest]! || a - b)
}

function lastSeenAt(spans: readonly SettleSpan[], { memberships, retold }: Placement, executions: number): bigint[] {
  const latest = new Array<bigint>(executions).fill(0n)
  spans.forEach((span, n) => {
    if (retold?.has(n)) return
    const { execution } = memberships[n]!
    if (execution >= 0 && lastTime(span) > latest[execution]!) latest[execution] = lastTime(span)
  })
  return latest
}

/** Outer executions first: an inner one belongs to the outer one's user and conversation unless it names its own. */
function inherit(
  executions: readonly SettledExecution[],
  groups: readonly EntryGroup[],
  { outer }: Placement,
  depth: Int32Array,
): void {
  for (const e of innermostFirst(groups, depth).reverse()) {
    const inner = executions[e]!
    const around = outer[e]! < 0 ? undefined : executions[outer[e]!]!
    if (!around) continue
    inner.parent_execution_id ||= around.execution_id
    inner.user_id ||= around.user_id
    inner.conversation_id ||= around.conversation_id
  }
}
