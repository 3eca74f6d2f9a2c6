/** The opaque position in a list: after which row the next page starts, and the order and range that the first page had. */
import { z } from 'zod'
import { invalidParameter } from './problem.ts'
import type { OpenRange } from './range.ts'
import { SORT_FIELDS, type SortField } from './schema/list-query.ts'

/** A row's place in the order: its sort value (nanoseconds or milliseconds as text; null sorts last), then its identity. */
export interface Position {
  value: string | null
  execution_id: string
  instance: string
}

export interface Cursor {
  sort: SortField
  order: 'asc' | 'desc'
  /** As resolved for the first page, so that a range that ends "now" does not move between pages. */
  range: OpenRange
  after: Position
  /** Rows on the pages before, and how many of them were open, where they are part of what is counted. */
  seen?: { rows: number; open: number }
}

const INT64_MAX = 9_223_372_036_854_775_807n
const nanoseconds = z
  .string()
  .regex(/^-?\d{1,19}$/)
  .refine((value) => /^-?\d+$/.test(value) && BigInt(value) <= INT64_MAX && BigInt(value) >= -INT64_MAX)
const milliseconds = z.string().regex(/^-?\d{1,19}(\.\d{1,20})?(e[+-]?\d{1,2})?$/)
/** Far beyond what anybody pages through, and whole when more is added. */
const count = z.int().nonnegative().max(1e12)
const wireSchema = z.strictObject({
  v: z.literal(1),
  s: z.enum(SORT_FIELDS),
  o: z.enum(['asc', 'desc']),
  f: nanoseconds.nullable(),
  t: nanoseconds.nullable(),
  a: z.tuple([z.union([nanoseconds, milliseconds]).nullable(), z.string(), z.string()]),
  n: z.tuple([count, count]).optional(),
})

export function encodeCursor({ sort, order, range, after, seen }: Cursor): string {
  const wire: z.infer<typeof wireSchema> = {
    v: 1,
    s: sort,
    o: order,
    f: range.from === null ? null : String(range.from),
    t: range.to === null ? null : String(range.to),
    a: [after.value, after.execution_id, after.instance],
    ...(seen === undefined ? {} : { n: [seen.rows, seen.open] as [number, number] }),
  }
  return Buffer.from(JSON.stringify(wire)).toString('base64url')
}

/**
 * Reads a cursor back.
 * @throws ProblemError `invalid_parameter` when it is none of ours
 */
export function decodeCursor(text: string): Cursor {
  let content: unknown
  try {
    content = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'))
  } catch {
    content = undefined
  }
  const parsed = wireSchema.safeParse(content)
  if (!parsed.success || !fits(parsed.data.s, parsed.data.a[0])) {
    throw invalidParameter('cursor', 'must be the next_cursor of an answer, unchanged')
  }
  const { s, o, f, t, a, n } = parsed.data
  const [value, execution_id, instance] = a
  return {
    sort: s,
    order: o,
    range: { from: f === null ? null : BigInt(f), to: t === null ? null : BigInt(t) },
    after: { value, execution_id, instance },
    ...(n === undefined ? {} : { seen: { rows: n[0], open: n[1] } }),
  }
}

/** Whether a sort value is one of that field: times are nanoseconds, and only they are whole; a start is never absent. */
function fits(sort: SortField, value: string | null): boolean {
  if (value === null) return sort !== 'started_at'
  return (sort === 'duration_ms' ? milliseconds : nanoseconds).safeParse(value).success
}
