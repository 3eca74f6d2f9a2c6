/** What is remembered between questions, once for each runner, so that each server of a process has its own. */
import type { Runner } from './run.ts'

/** Gives what was made for a runner before, or makes it. */
export function perRunner<T>(make: () => T): (runner: Runner) => T {
  const made = new WeakMap<Runner, { value: T }>()
  return (runner) => {
    const known = made.get(runner) ?? { value: make() }
    made.set(runner, known)
    return known.value
  }
}
