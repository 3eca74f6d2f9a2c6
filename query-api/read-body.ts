/** The JSON in a request's body, bounded in bytes and time, checked against a route's schema. */
import type { Request } from 'express'
import type { z } from 'zod'
import { type FieldFault, ProblemError } from './problem.ts'

/** Of any request. */
export const BODY_BYTES_MAX = 1024 * 1024

/**
 * Reads a body. No body at all is an empty object, so that a route whose fields are all optional can be asked without one.
 * @throws ProblemError `body_too_large`, `unsupported_media_type`, `malformed_body`
 */
export async function readJson(request: Request): Promise<unknown> {
  const bytes = await collect(request)
  const type = (request.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase()
  // A page from elsewhere may send other types without being asked; JSON it may not.
  if (bytes.length > 0 && type !== 'application/json') {
    throw new ProblemError('unsupported_media_type', 'Send JSON, with content-type: application/json.')
  }
  return bytes.length === 0 ? {} : parse(bytes)
}

/** @throws ProblemError `invalid_body` with every fault */
export function checkBody(schema: z.ZodType, json: unknown): unknown {
  const parsed = schema.safeParse(json)
  if (parsed.success) return parsed.data
  throw invalidBody(parsed.error.issues.flatMap(faultsOf))
}

async function collect(request: Request): Promise<Buffer> {
  if (request.headers['content-encoding'] !== undefined && request.headers['content-encoding'] !== 'identity') {
    throw new ProblemError('unsupported_media_type', 'Bodies are taken as they are, not compressed.')
  }
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request) {
    size += (chunk as Buffer).length
    if (size > BODY_BYTES_MAX)
      throw new ProblemError('body_too_large', 'No route of this API takes a body of that size.')
    chunks.push(chunk as Buffer)
  }
  return Buffer.concat(chunks, size)
}

function parse(bytes: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    throw new ProblemError('malformed_body', 'The body is not JSON in UTF-8.')
  }
}

/** 400 for one field of a body. */
export function invalidField(field: string, message: string): ProblemError {
  return invalidBody([{ field, message }])
}

function invalidBody(faults: FieldFault[]): ProblemError {
  const detail = faults.map(({ field, message }) => (field === '' ? message : `${field}: ${message}`)).join('; ')
  return new ProblemError('invalid_body', detail, { faults })
}

function faultsOf(issue: z.core.$ZodIssue): FieldFault[] {
  const path = issue.path.map(String).join('.')
  if (issue.code !== 'unrecognized_keys') return [{ field: path, message: issue.message }]
  return issue.keys.map((key) => ({
    field: [path, key.slice(0, 100)].filter((part) => part !== '').join('.'),
    message: 'is not a field here',
  }))
}
