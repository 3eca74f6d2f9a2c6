/** Which steps failed for good: a failure that was tried again is not one. */
import { type Status, UNSUCCESSFUL_STATUSES } from '@runlens/conventions'

/** A step, or a child execution in its part as one. */
export interface StepView {
  name: string
  /** Node of the step above it in the same execution, -1 directly below the entry. */
  parentStep: number
  status: Status | ''
  /** 0: not said. */
  attempt: number
  startedAt: bigint
  /** 0n: not ended. */
  endedAt: bigint
}

/** Emitters cut start times to milliseconds but not durations, so one attempt may seem to overlap the next by that much. */
const CLOCK_GRAIN = 1_000_000n

export function isUnsuccessful(status: Status | ''): boolean {
  return (UNSUCCESSFUL_STATUSES as readonly string[]).includes(status)
}

/**
 * Indexes of the steps whose last attempt failed. Attempts of one step have its name and its parent; a later one has a
 * greater attempt number or, where none is told, starts after the earlier one's end. Steps of one name that overlap are
 * parallel branches, each on its own.
 */
export function failedForGood(steps: readonly StepView[]): number[] {
  const groups = new Map<string, number[]>()
  steps.forEach((step, index) => {
    const key = `${step.parentStep}/${step.name}`
    const group = groups.get(key)
    if (group) group.push(index)
    else groups.set(key, [index])
  })
  const failed: number[] = []
  for (const group of groups.values()) {
    let lastAttempt = 0
    let lastStart = 0n
    for (const index of group) {
      const { attempt, startedAt } = steps[index]!
      if (attempt > lastAttempt) lastAttempt = attempt
      if (attempt === 0 && startedAt > lastStart) lastStart = startedAt
    }
    for (const index of group) {
      const step = steps[index]!
      if (isUnsuccessful(step.status) && !wasRepeated(step, lastAttempt, lastStart)) failed.push(index)
    }
  }
  return failed.sort((a, b) => a - b)
}

function wasRepeated(step: StepView, lastAttempt: number, lastStart: bigint): boolean {
  if (lastAttempt > step.attempt) return true
  if (step.attempt !== 0 || lastStart <= step.startedAt) return false
  return step.endedAt !== 0n && lastStart + CLOCK_GRAIN >= step.endedAt
}
