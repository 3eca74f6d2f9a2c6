/** Problem details (RFC 9457): the one form in which this API says no. Never a stack, SQL text or a path of the machine. */
import { z } from 'zod'
import { PROBLEM_CODES, type ProblemCode } from './problem-codes.ts'

/** The body of every answer that is not a success. */
export const problemSchema = z
  .object({
    type: z.string().describe('Reference to the meaning of the code'),
    title: z.string().describe('The same for every problem of this code'),
    status: z.int(),
    detail: z.string().describe('What happened this time, and what to do about it'),
    code: z.enum(PROBLEM_CODES.map(({ code }) => code)),
    request_id: z.string().describe('Also in the header x-request-id and in the log of the server'),
    errors: z
      .array(z.object({ field: z.string(), message: z.string() }))
      .optional()
      .describe('One element per parameter at fault'),
  })
  .meta({ id: 'Problem' })
export type Problem = z.infer<typeof problemSchema>

export interface FieldFault {
  field: string
  /** What the field accepts, or why the value is not it. */
  message: string
}

/** Thrown anywhere below a route; the edge turns it into an answer. */
export class ProblemError extends Error {
  readonly code: ProblemCode
  readonly faults: readonly FieldFault[]
  /** Seconds for `Retry-After`; undefined where waiting does not help. */
  readonly retryAfterSeconds: number | undefined
  /** The header `Allow` of a 405. */
  readonly allow: string | undefined
  /** Further headers of the answer. */
  readonly headers: Readonly<Record<string, string>>

  constructor(
    code: ProblemCode,
    detail: string,
    options: {
      faults?: readonly FieldFault[]
      retryAfterSeconds?: number
      allow?: string
      headers?: Readonly<Record<string, string>>
      cause?: unknown
    } = {},
  ) {
    super(detail, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'ProblemError'
    this.code = code
    this.faults = options.faults ?? []
    this.retryAfterSeconds = options.retryAfterSeconds
    this.allow = options.allow
    this.headers = options.headers ?? {}
  }
}

const BY_CODE = new Map(PROBLEM_CODES.map((entry) => [entry.code, entry]))

/** Status and title of a code. */
export function problemOf(code: ProblemCode): (typeof PROBLEM_CODES)[number] {
  const known = BY_CODE.get(code)
  if (!known) throw new Error(`unknown problem code ${code}`)
  return known
}

/** The body for an error. Anything but a {@link ProblemError} becomes `internal_error` that tells nothing. */
export function problemBody(error: ProblemError, requestId: string): Problem {
  const { code, status, title } = problemOf(error.code)
  return {
    type: `/docs#problem-${code}`,
    title,
    status,
    detail: error.message,
    code,
    request_id: requestId,
    ...(error.faults.length > 0 ? { errors: error.faults.map(({ field, message }) => ({ field, message })) } : {}),
  }
}

/** 400 for one parameter. */
export function invalidParameter(field: string, message: string): ProblemError {
  return new ProblemError('invalid_parameter', `${field}: ${message}`, { faults: [{ field, message }] })
}
