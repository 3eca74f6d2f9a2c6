/** Building blocks of request parameters: text in, typed value out, with the words that a 400 says. */
import { EXECUTION_KINDS, STATUSES } from '@runlens/conventions'
import { z } from 'zod'
import { TIME_RANGE_NAMES } from '../range.ts'

/** Longest text of a parameter. */
export const TEXT_MAX = 1024

/** An id or a name, compared as it is. */
export const text = () =>
  z.string().min(1, 'must not be empty').max(TEXT_MAX, `must have at most ${TEXT_MAX} characters`)

export const integer = (min: number, max: number) => {
  const words = `must be a whole number from ${min} to ${max}`
  return z
    .string()
    .regex(/^\d{1,15}$/, words)
    .transform(Number)
    .pipe(z.int(words).min(min, words).max(max, words))
}

export const decimal = () => {
  const words = 'must be a number of milliseconds, 0 or more'
  return z
    .string()
    .regex(/^\d{1,15}(\.\d{1,9})?$/, words)
    .transform(Number)
    .pipe(z.number().min(0, words))
}

export const choice = <const T extends readonly [string, ...string[]]>(values: T) =>
  z.enum(values, `must be one of ${values.join(', ')}`)

/** A parameter that may be given several times; any of its values may match. */
export const repeatable = <T extends z.ZodType>(element: T) =>
  z.array(element).min(1).max(50, 'must be given at most 50 times')

export const time = () =>
  z.iso
    .datetime({ offset: true, abort: true, error: 'must be a time like 2026-11-20T10:15:00Z' })
    .refine((value) => /^(19[7-9]|20|21|22[0-5])/.test(value), 'must be in the years 1970 to 2259')
    .meta({ format: 'date-time', pattern: undefined })

/** Other names of the tenant; without authentication there is one tenant, and any name means it. */
export const tenantNames = {
  tenant_id: text().optional().describe('Another name of the tenant; the credential alone decides which one it is'),
  workspace_id: text().optional().describe('As tenant_id'),
}

/** Both ends of a range, for routes that name its length in a way of their own. */
export const rangeEnds = {
  from: time().optional().describe('Start of the range, inclusive'),
  to: time().optional().describe('End of the range, exclusive; now unless given'),
}

const timeRange = (description: string) => choice(TIME_RANGE_NAMES).optional().describe(description)

/** The range of a statistics question. */
export const statisticsRange = {
  time_range: timeRange('Length of the range that ends now; default 24h; instead of from and to'),
  ...rangeEnds,
  ...tenantNames,
}

/** The range of a list. */
export const listRange = {
  time_range: timeRange('Length of the range that ends now; instead of from and to'),
  ...rangeEnds,
  ...tenantNames,
}

/** Parameters of questions about one thing, which have no range. */
export const noRange = tenantNames

export const kinds = () => repeatable(choice(EXECUTION_KINDS)).optional()
export const statuses = () => repeatable(choice(STATUSES)).optional()

export const traceId = () =>
  z
    .string()
    .regex(/^[0-9a-fA-F]{32}$/, 'must be 32 hexadecimal digits')
    .transform((value) => value.toLowerCase())
    .pipe(z.string())

/** Which of several emitters that gave the same execution id is meant; empty for one that named no instance. */
export const instanceParameter = () =>
  z
    .string()
    .max(TEXT_MAX, `must have at most ${TEXT_MAX} characters`)
    .optional()
    .describe('Which instance is meant, when several gave this id')
