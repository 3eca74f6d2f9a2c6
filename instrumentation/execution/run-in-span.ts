/** Runs a function inside of a span and ends the span when it is over, whether it returns, throws or gives a promise. */
import { type Context, context } from '@opentelemetry/api'

/** What the function gets, and what is told how it ended. */
export interface Ending {
  succeed(): void
  fail(error: unknown): void
}

/** Gives what `fn` gives and throws what it throws. */
export function runInSpan<T, E extends Ending>(within: Context, fn: (ending: E) => T, ending: E): T {
  let result: T
  try {
    result = context.with(within, fn, undefined, ending)
  } catch (error) {
    ending.fail(error)
    throw error
  }
  if (!isThenable(result)) {
    ending.succeed()
    return result
  }
  return result.then(
    (value) => {
      ending.succeed()
      return value
    },
    (error: unknown) => {
      ending.fail(error)
      throw error
    },
  ) as T
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function'
}
