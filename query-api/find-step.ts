/** A database step of an execution, found by `<trace id>-<span id>`: the id under which it counts as a query of its user. */
import { readTraceRanges } from '@runlens/clickhouse'
import type { Moments } from './meta.ts'
import { type StepRow, stepPlaces, stepRow } from './questions/queries/step-as-query.ts'
import { type StepSpan, stepSpan } from './questions/queries/step-span.ts'
import type { Scope } from './questions/question.ts'
import type { Runner } from './run.ts'

export interface FoundStep {
  row: StepRow
  traceId: string
  spanId: string
  /** Undefined once the spans are gone. */
  span: StepSpan | undefined
}

const STEP_ID = /^([0-9a-f]{32})-([0-9a-f]{16})$/

/** Null for an id of another form, or of a step that is of no execution that the scope may see. */
export async function findStep(
  runner: Runner,
  scope: Scope,
  id: string,
  { silence }: Moments,
  signal: AbortSignal,
): Promise<FoundStep | null> {
  const [, traceId, spanId] = STEP_ID.exec(id) ?? []
  if (traceId === undefined || spanId === undefined) return null
  const places = await runner.ask(stepPlaces(scope, traceId), signal)
  if (places.length === 0) return null
  const [row] = await runner.ask(stepRow(scope, id, places, silence), signal)
  if (!row) return null
  const [range] = await runner.read((client) => readTraceRanges(client, scope.tenant, [traceId]))
  const [span] = range ? await runner.ask(stepSpan(scope, range, spanId), signal) : []
  return { row, traceId, spanId, span }
}
