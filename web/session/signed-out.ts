/** Whether the API wants to know who reads: learnt from any answer, so that the page asks as soon as a session has ended. */
import { useSyncExternalStore } from 'react'
import type { Problem } from '../api/types.ts'

let refusal: Problem | null = null
const listeners = new Set<() => void>()

/** @param problem what the API said; null when a session was opened */
export function tellSignedOut(problem: Problem | null): void {
  if (refusal === problem || (refusal && problem)) return
  refusal = problem
  for (const listener of listeners) listener()
}

/** What the API said when it refused; null while it answers. */
export function useSignedOut(): Problem | null {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => refusal,
  )
}
