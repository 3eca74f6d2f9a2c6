/** Rules of profiles in words: what one wants, and what a span is not. */
import type { CompiledRule } from '../spans/compile.ts'
import { type RoleRule, SPAN_KIND_NAMES } from '../spans/profile.ts'
import { UNMET_CONDITION, UNMET_KIND, UNMET_NAME, UNMET_PREFIX, UNMET_ROOT } from '../spans/role-rules.ts'

/** Words of a list that are told; the file has the rest. */
const WORDS_TOLD = 6

/** What a rule wants, all of it. */
export function ruleText(rule: RoleRule): string {
  const wants = [
    ...Object.entries(rule.attributes).map(([key, accepted]) => conditionText(key, accepted)),
    ...(rule.names ? [`name ${list(rule.names)}`] : []),
    ...(rule.prefixes ? [`name begins with ${list(rule.prefixes)}`] : []),
    ...(rule.spanKinds ? [`kind ${kinds(rule)}`] : []),
    ...(rule.root === undefined ? [] : [rule.root ? 'no parent' : 'a parent']),
  ]
  return wants.length === 0 ? 'any span of the profile' : wants.join(', ')
}

/**
 * What a span is not.
 * @param reason as `unmet` answers it
 * @param valueAt the value of an attribute of the span, undefined without it
 */
export function unmetText(
  { source }: CompiledRule,
  reason: number,
  kind: number,
  valueAt: (key: string) => string | undefined,
): string {
  if (reason === UNMET_ROOT) return source.root ? 'wants a span without a parent' : 'wants a span with a parent'
  if (reason === UNMET_KIND) return `wants kind ${kinds(source)}, is ${SPAN_KIND_NAMES[kind] ?? kind}`
  if (reason === UNMET_NAME) return `wants the name ${list(source.names ?? [])}`
  if (reason === UNMET_PREFIX) return `wants a name that begins with ${list(source.prefixes ?? [])}`
  const [key, accepted] = Object.entries(source.attributes)[reason - UNMET_CONDITION]!
  const value = valueAt(key)
  return `wants ${conditionText(key, accepted)}, ${value === undefined ? 'which is not there' : `is ${value.slice(0, 100)}`}`
}

function conditionText(key: string, accepted: readonly string[] | 'present'): string {
  return accepted === 'present' ? key : `${key} = ${list(accepted)}`
}

function kinds({ spanKinds = [] }: RoleRule): string {
  return list(spanKinds.map((kind) => SPAN_KIND_NAMES[kind] ?? String(kind)))
}

function list(words: readonly string[]): string {
  const told = words.slice(0, WORDS_TOLD).map((word) => JSON.stringify(word).slice(1, -1))
  return told.join(' or ') + (words.length > WORDS_TOLD ? ' …' : '')
}
