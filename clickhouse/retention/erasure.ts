/** What an erasure means: kinds of targets, and the hash by which a row knows its target without naming it. */

/** `instance_execution` is an execution of one instance; `execution` those of all instances that gave the id. */
export const ERASURE_TARGETS = ['execution', 'instance_execution', 'user', 'conversation'] as const
export type ErasureTarget = (typeof ERASURE_TARGETS)[number]

export const ERASURE_STATES = ['queued', 'running', 'waiting_for_mutation', 'done', 'failed'] as const
export type ErasureState = (typeof ERASURE_STATES)[number]

/** What comes late of an erased target is erased again for so long after the request. */
export const SUPPRESSION_MS = 7 * 86_400_000

/** SQL: the hash of a text as `erasures` holds it. @param text an expression */
export function subjectHash(text: string): string {
  return `lower(hex(sipHash128(toString(${text}))))`
}

/** SQL: the text that an instance's execution is hashed by. */
export function instanceSubject(executionId: string, instance: string): string {
  return `concat(toString(${executionId}), '\\n', toString(${instance}))`
}
