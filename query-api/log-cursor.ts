/** The opaque position in a list of log records. */
import { z } from 'zod'
import { invalidParameter } from './problem.ts'
import type { LogPosition } from './questions/execution-logs.ts'

const wireSchema = z.tuple([z.string().regex(/^\d{1,19}$/), z.string().regex(/^\d{1,20}$/)])

export function encodeLogCursor({ time_ns, hash }: LogPosition): string {
  return Buffer.from(JSON.stringify([time_ns, hash])).toString('base64url')
}

/** @throws ProblemError `invalid_parameter` when it is none of ours */
export function decodeLogCursor(text: string): LogPosition {
  let content: unknown
  try {
    content = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'))
  } catch {
    content = undefined
  }
  const parsed = wireSchema.safeParse(content)
  const isPosition =
    parsed.success && BigInt(parsed.data[0]) < 2n ** 63n && BigInt(parsed.data[1]) < 2n ** 64n ? parsed.data : undefined
  if (!isPosition) throw invalidParameter('cursor', 'must be the next_cursor of an answer, unchanged')
  return { time_ns: isPosition[0], hash: isPosition[1] }
}
