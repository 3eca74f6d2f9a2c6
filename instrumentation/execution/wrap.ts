/** Makes executions and steps of functions that are there already. */
import type { Execution } from './execution.ts'
import type { ExecutionOptions, StepOptions } from './options.ts'
import { step, withExecution } from './with-execution.ts'

/**
 * A function that does the same as `fn`, as an execution.
 * @param options or a function that makes them of the arguments
 */
export function wrapExecution<This, Args extends unknown[], R>(
  options: ExecutionOptions | ((...args: Args) => ExecutionOptions),
  fn: (this: This, ...args: Args) => R,
): (this: This, ...args: Args) => R {
  return function wrapped(this: This, ...args: Args): R {
    const told = typeof options === 'function' ? options(...args) : options
    return withExecution(told, (_execution: Execution) => fn.apply(this, args))
  }
}

/** A function that does the same as `fn`, as a step of whatever is active when it is called. */
export function wrapStep<This, Args extends unknown[], R>(
  options: string | StepOptions | ((...args: Args) => string | StepOptions),
  fn: (this: This, ...args: Args) => R,
): (this: This, ...args: Args) => R {
  return function wrapped(this: This, ...args: Args): R {
    return step(typeof options === 'function' ? options(...args) : options, () => fn.apply(this, args))
  }
}
