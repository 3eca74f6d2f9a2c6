/** Runs a function inside of a span and ends the span when it is over, whether it returns, throws or gives a promise. */
import { type Context, context } from '@opentelemetry/api'

export interface Ending {
  succeed(): void
  fail(error: unknown): void
}

/** Gives what `fn` gives and throws what it throws. */
export function runInSpan<T>(within: Context, fn: () => T, ending: Ending): T {
  let result: T
  try {
    result = context.with(within, fn)
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
