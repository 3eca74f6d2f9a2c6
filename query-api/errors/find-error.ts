/** Finds a group of errors that is asked for by its fingerprint. */
import { ProblemError } from '../problem.ts'
import type { ErrorEverRow } from '../questions/errors/error-ever.ts'
import { type ErrorReader, readEver } from './read-errors.ts'

/** @throws ProblemError `error_group_not_found` when no execution that the caller may see failed this way */
export async function findError(reader: ErrorReader, fingerprint: string): Promise<ErrorEverRow> {
  const found = (await readEver(reader, [fingerprint])).get(fingerprint)
  if (found) return found
  throw new ProblemError(
    'error_group_not_found',
    'No execution that is retained has this error_fingerprint; /api/v1/observability/errors lists those that there are.',
  )
}
