/** A planned fault as an error of its own kind, as a program would throw it. */
import type { Fault } from '../trace-builder.ts'

export function asError({ type, message }: Fault): Error {
  const error = new Error(message)
  error.name = type
  return error
}
