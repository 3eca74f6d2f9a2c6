/**
 * Encrypted texts among stored values become what they say, before anybody reads or shapes them: the only place where texts are opened. What
 * can't be opened becomes a placeholder that says why, so that no answer fails for it.
 */
import { placeholderOf, replaceSealed, type SealedText, type TextCipher } from '@runlens/runtime'

/** @returns the value itself where nothing in it is encrypted, else a copy */
export type Reveal = <T>(value: T, tenant: string) => T

/** Shows that the end of a text is missing. */
const CUT = '…'

export function createReveal(cipher: TextCipher): Reveal {
  const textOf = (sealed: SealedText, tenant: string): string => {
    const opened = cipher.open(sealed, tenant)
    if (opened.kind === 'whole') return opened.text
    return opened.kind === 'cut' ? opened.text + CUT : placeholderOf(sealed.keyId, opened.kind)
  }
  return <T>(value: T, tenant: string) =>
    walk(value, (text) => replaceSealed(text, (sealed) => textOf(sealed, tenant))) as T
}

/** Through lists, maps and plain objects. */
function walk(value: unknown, textOf: (text: string) => string): unknown {
  if (typeof value === 'string') return textOf(value)
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return walkAll(value, textOf) ?? value
  if (value instanceof Map) {
    const values = walkAll([...value.values()], textOf)
    return values ? new Map([...value.keys()].map((key, index) => [key, values[index]])) : value
  }
  const values = walkAll(Object.values(value), textOf)
  return values ? Object.fromEntries(Object.keys(value).map((key, index) => [key, values[index]])) : value
}

/** @returns undefined where all stay as they are */
function walkAll(values: readonly unknown[], textOf: (text: string) => string): unknown[] | undefined {
  const walked = values.map((value) => walk(value, textOf))
  return walked.some((value, index) => value !== values[index]) ? walked : undefined
}
