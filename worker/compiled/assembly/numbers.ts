/** Numbers that the tables have for roles and statuses, and limits: TypeScript sets them. */

export let candidate: i32 = 0
export let entry: i32 = 0
export let step: i32 = 0
export let success: i32 = 0
export let partial: i32 = 0
export let error: i32 = 0
let unsuccessful: i32 = 0
/** Characters kept of the text of a query, and of its error. */
export let queryCharactersMax: i32 = 0

/** OTLP's status code of a failure. */
const CODE_ERROR: i32 = 2

/** @param statuses bit n is set if status n is a failure */
export function setNumbers(
  roleCandidate: i32,
  roleEntry: i32,
  roleStep: i32,
  statusSuccess: i32,
  statusPartial: i32,
  statusError: i32,
  statuses: i32,
  queryCharacters: i32,
): void {
  candidate = roleCandidate
  entry = roleEntry
  step = roleStep
  success = statusSuccess
  partial = statusPartial
  error = statusError
  unsuccessful = statuses
  queryCharactersMax = queryCharacters
}

/** Whether a step passes it on to its execution. */
export function isUnsuccessful(status: i32): bool {
  return ((unsuccessful >>> status) & 1) !== 0
}

/** Whether nothing follows it. */
export function isFinal(status: i32): bool {
  return status === success || status === partial || isUnsuccessful(status)
}

/** The status of an execution that has ended: what its span says, or what follows from OTLP's code. */
export function endedStatus(status: i32, code: i32): i32 {
  if (status !== 0) return status
  return code === CODE_ERROR ? error : success
}
