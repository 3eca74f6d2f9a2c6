/** The error of a question until there is an answer: asking again does not take it away. */
import { useState } from 'react'

export function useSteadyError({ data, error }: { data: unknown; error: Error | null }): Error | null {
  const [last, setLast] = useState<Error | null>(null)
  if (error && error !== last) setLast(error)
  if (!error && last && data !== undefined) setLast(null)
  return error ?? (data === undefined ? last : null)
}
