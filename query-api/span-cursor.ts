/** The opaque position in a list of spans. */
import { z } from 'zod'
import { invalidParameter } from './problem.ts'

/** Where a span stands in the order of start; ids in hex. */
export interface SpanPosition {
  started_at: bigint
  trace_id: string
  span_id: string
}

const wireSchema = z.tuple([
  z.string().regex(/^\d{1,19}$/),
  z.string().regex(/^[0-9a-f]{32}$/),
  z.string().regex(/^[0-9a-f]{16}$/),
])

export function encodeSpanCursor({ started_at, trace_id, span_id }: SpanPosition): string {
  return Buffer.from(JSON.stringify([String(started_at), trace_id, span_id])).toString('base64url')
}

/** @throws ProblemError `invalid_parameter` when it is none of ours */
export function decodeSpanCursor(text: string): SpanPosition {
  let content: unknown
  try {
    content = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'))
  } catch {
    content = undefined
  }
  const parsed = wireSchema.safeParse(content)
  if (!parsed.success) throw invalidParameter('cursor', 'must be the next_cursor of an answer, unchanged')
  const [started, trace_id, span_id] = parsed.data
  return { started_at: BigInt(started), trace_id, span_id }
}

export function comparePositions(a: SpanPosition, b: SpanPosition): number {
  if (a.started_at !== b.started_at) return a.started_at < b.started_at ? -1 : 1
  if (a.trace_id !== b.trace_id) return a.trace_id < b.trace_id ? -1 : 1
  return a.span_id < b.span_id ? -1 : a.span_id > b.span_id ? 1 : 0
}
