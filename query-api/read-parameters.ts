/** Query text to typed parameters: unknown names, repeated values and values out of bounds are told by name. */
import { z } from 'zod'
import { type FieldFault, ProblemError } from './problem.ts'
import { ATTRIBUTE_PREFIX, ATTRIBUTES_MAX } from './schema/list-query.ts'
import { TEXT_MAX } from './schema/parameters.ts'

export interface ReadParameters {
  values: unknown
  attributes: { key: string; value: string }[]
}

/**
 * Checks the query of a request against a route's schema.
 * @param takesAttributes whether `attr.<key>` is taken
 * @throws ProblemError `invalid_parameter` with every fault
 */
export function readParameters(schema: z.ZodObject, search: URLSearchParams, takesAttributes: boolean): ReadParameters {
  const faults: FieldFault[] = []
  const attributes: ReadParameters['attributes'] = []
  const given: Record<string, string | string[]> = Object.create(null)
  for (const name of new Set(search.keys())) {
    const values = search.getAll(name)
    if (takesAttributes && name.startsWith(ATTRIBUTE_PREFIX)) {
      readAttribute(name, values, attributes, faults)
    } else if (isList(schema.shape[name])) {
      given[name] = values
    } else if (values.length > 1) {
      faults.push({ field: name, message: 'is given more than once and takes one value' })
    } else {
      given[name] = values[0] ?? ''
    }
  }
  if (attributes.length > ATTRIBUTES_MAX) {
    faults.push({ field: ATTRIBUTE_PREFIX, message: `at most ${ATTRIBUTES_MAX} attributes can be asked for at once` })
  }
  const parsed = schema.safeParse(given)
  if (!parsed.success) faults.push(...fieldFaults(parsed.error, schema, takesAttributes))
  if (faults.length > 0) throw invalid(faults)
  return { values: parsed.data, attributes }
}

/**
 * Checks the parameters in a path.
 * @throws ProblemError `invalid_parameter`
 */
export function readPath(schema: z.ZodObject, params: unknown): unknown {
  const parsed = schema.safeParse(params)
  if (!parsed.success) throw invalid(fieldFaults(parsed.error, schema, false))
  return parsed.data
}

function readAttribute(
  name: string,
  values: string[],
  attributes: ReadParameters['attributes'],
  faults: FieldFault[],
): void {
  const key = name.slice(ATTRIBUTE_PREFIX.length)
  const field = name.slice(0, 100)
  if (key === '') faults.push({ field, message: 'needs the key of an attribute, like attr.http.route=/orders' })
  else if (key.length > TEXT_MAX) faults.push({ field, message: `the key must have at most ${TEXT_MAX} characters` })
  for (const value of values) {
    if (value.length > TEXT_MAX) faults.push({ field, message: `must have at most ${TEXT_MAX} characters` })
    attributes.push({ key, value })
  }
}

function isList(schema: unknown): boolean {
  const inner = schema instanceof z.ZodOptional || schema instanceof z.ZodDefault ? schema.unwrap() : schema
  return inner instanceof z.ZodArray
}

function fieldFaults(error: z.ZodError, schema: z.ZodObject, takesAttributes: boolean): FieldFault[] {
  return error.issues.flatMap((issue) => {
    if (issue.code !== 'unrecognized_keys') return [{ field: String(issue.path[0] ?? ''), message: issue.message }]
    const known = [...Object.keys(schema.shape), ...(takesAttributes ? [`${ATTRIBUTE_PREFIX}<key>`] : [])]
    const message =
      known.length > 0 ? `is not a parameter here; known are ${known.join(', ')}` : 'is not a parameter here'
    return issue.keys.map((key) => ({ field: key.slice(0, 100), message }))
  })
}

function invalid(faults: FieldFault[]): ProblemError {
  const detail = faults.map(({ field, message }) => `${field}: ${message}`).join('; ')
  return new ProblemError('invalid_parameter', detail, { faults })
}
