/** Loads the rules that give an error its class: data, in the order in which they are tried. */
import { readFileSync } from 'node:fs'
import { packageAsset, RunlensError } from '@runlens/runtime'
import { Place, YamlReader } from '../spans/yaml-reader.ts'

export const ERROR_CLASSES = [
  'timeout',
  'connection',
  'authentication',
  'permission',
  'rate_limit',
  'not_found',
  'validation',
  'conflict',
  'out_of_memory',
  'null_reference',
  'cancelled',
  'dependency',
  'unknown',
] as const
export type ErrorClass = (typeof ERROR_CLASSES)[number]

/** One rule: any of its patterns may fit. Absent ones fit nothing. */
export interface ClassRule {
  readonly class: ErrorClass
  readonly types?: RegExp
  readonly codes?: RegExp
  readonly messages?: RegExp
}

const FILE = 'classes.yaml'
const LETTER = '[\\p{L}\\p{N}]'

/** @throws RunlensError `config_invalid` with every fault, each with its place */
export function loadClasses(): readonly ClassRule[] {
  return readClasses(readFileSync(packageAsset(import.meta.url, `errors/${FILE}`), 'utf8'))
}

/** The same from a text. */
export function readClasses(text: string): readonly ClassRule[] {
  const reader = new YamlReader()
  const place = new Place(FILE)
  const rules = reader
    .list(reader.parse(text, FILE), place)
    .map((rule, index) => readRule(rule, place.at(index), reader))
  if (reader.faults.length > 0) {
    throw new RunlensError(
      'config_invalid',
      `The rules for classes of errors have faults:\n${reader.faults.map((fault) => `  - ${fault}`).join('\n')}`,
      `Mend the keys named above; the head of ${FILE} says what a rule is.`,
    )
  }
  return rules
}

function readRule(value: unknown, at: Place, reader: YamlReader): ClassRule {
  const from = reader.object(value, at, ['class', 'types', 'codes', 'messages'])
  const name = reader.oneOf(from.class, at.at('class'), ERROR_CLASSES)
  const types = reader.texts(from.types, at.at('types'))
  const codes = reader.texts(from.codes, at.at('codes'))
  const messages = reader.texts(from.messages, at.at('messages'))
  if (types.length + codes.length + messages.length === 0) reader.fault(at, 'must say what fits')
  return {
    class: name,
    ...(types.length > 0 ? { types: whole(types) } : {}),
    ...(codes.length > 0 ? { codes: whole(codes) } : {}),
    ...(messages.length > 0 ? { messages: within(messages) } : {}),
  }
}

/** `*` and `?` within one word, everything else as it is. What `*` repeats is bounded, so that no text takes long. */
function pattern(text: string): string {
  const escaped = text.replaceAll(/[.+^${}()|[\]\\/]/g, '\\$&')
  return escaped.replaceAll('*', '[^\\s]{0,40}').replaceAll('?', '[^\\s]')
}

function whole(texts: readonly string[]): RegExp {
  return new RegExp(`^(?:${texts.map(pattern).join('|')})$`, 'iu')
}

function within(texts: readonly string[]): RegExp {
  const phrases = texts.map((text) => text.split(' ').map(pattern).join('[-_ ]?'))
  return new RegExp(`(?<!${LETTER})(?:${phrases.join('|')})(?!${LETTER})`, 'iu')
}
