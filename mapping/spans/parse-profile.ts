/** YAML values → profiles, field sources and status words, every fault named with file, line and key. */
import { EXECUTION_KINDS, ROLES, type Role, STATUSES, STEP_TYPES, type Status } from '@runlens/conventions'
import {
  type FieldSources,
  type Marker,
  type Profile,
  type RoleRule,
  SOURCE_FIELDS,
  type Source,
  type SourceField,
  SPAN_KIND_NAMES,
  type StatusWords,
} from './profile.ts'
import type { Place, YamlReader } from './yaml-reader.ts'

const STATUS_WORDS: readonly (Status | '')[] = ['', ...STATUSES.filter((status) => status !== 'lost')]

const PROFILE_KEYS = ['name', 'provider', 'order', 'select', 'prefixes', 'skip', 'roles', 'status', 'fields']
/** Place among profiles of one's own without one. */
const ORDER_DEFAULT = 500

/** @param own whether it is none of ours: it may say less, and not claim every span or stand for the native contract */
export function parseProfile(value: unknown, place: Place, reader: YamlReader, own: boolean): Profile {
  const from = reader.object(value, place, PROFILE_KEYS)
  const name = reader.text(from.name, place.at('name'))
  const profile: Profile = {
    name,
    file: place.file,
    own,
    provider: from.provider === undefined ? name : reader.text(from.provider, place.at('provider')),
    order: own && from.order === undefined ? ORDER_DEFAULT : reader.integer(from.order, place.at('order'), 0, 1_000),
    select: parseSelect(from.select, place.at('select'), reader, own),
    prefixes: reader.texts(from.prefixes, place.at('prefixes')),
    skip: reader.texts(from.skip, place.at('skip')),
    roles: reader
      .list(from.roles, place.at('roles'))
      .map((role, i) => parseRole(role, place.at('roles').at(i), reader, own)),
    fields: from.fields === undefined ? new Map() : parseFields(from.fields, place.at('fields'), reader),
  }
  if (from.status !== undefined) profile.status = parseStatus(from.status, place.at('status'), reader)
  return profile
}

function parseSelect(value: unknown, place: Place, reader: YamlReader, own: boolean): Profile['select'] {
  const from = reader.object(value, place, own ? ['scopes', 'attributes'] : ['always', 'scopes', 'attributes'])
  if (Object.keys(from).length === 0) reader.fault(place, 'must say by what the spans are recognised')
  return {
    always: from.always === undefined ? false : reader.flag(from.always, place.at('always')),
    scopes: reader.texts(from.scopes, place.at('scopes')),
    attributes: reader
      .list(from.attributes, place.at('attributes'))
      .map((marker, i) => parseMarker(marker, place.at('attributes').at(i), reader)),
  }
}

function parseMarker(value: unknown, place: Place, reader: YamlReader): Marker {
  if (typeof value === 'string') return { key: reader.text(value, place) }
  const from = reader.object(value, place, ['key', 'json', 'in'])
  const marker: Marker = { key: reader.text(from.key, place.at('key')) }
  if (from.json !== undefined) marker.json = reader.text(from.json, place.at('json'))
  if (from.in !== undefined) marker.in = reader.texts(from.in, place.at('in'))
  return marker
}

const ROLE_KEYS = ['attributes', 'names', 'prefixes', 'spanKinds', 'root', 'role', 'rule', 'kind', 'type']

function parseRole(value: unknown, place: Place, reader: YamlReader, own: boolean): RoleRule {
  const from = reader.object(value, place, ROLE_KEYS)
  const role = reader.oneOf(from.role, place.at('role'), ROLES)
  const executes = role === 'entry' || role === 'candidate'
  const rule: RoleRule = {
    role,
    rule: parseRule(from.rule, place.at('rule'), reader, role, own),
    line: reader.line(place),
    attributes: parseConditions(from.attributes, place.at('attributes'), reader),
  }
  if (executes || from.kind !== undefined) rule.kind = reader.oneOf(from.kind, place.at('kind'), EXECUTION_KINDS)
  if (from.type !== undefined) rule.type = reader.oneOf(from.type, place.at('type'), STEP_TYPES)
  if (from.names !== undefined) rule.names = reader.texts(from.names, place.at('names'))
  if (from.prefixes !== undefined) rule.prefixes = reader.texts(from.prefixes, place.at('prefixes'))
  if (from.root !== undefined) rule.root = reader.flag(from.root, place.at('root'))
  if (from.spanKinds !== undefined) {
    rule.spanKinds = reader
      .texts(from.spanKinds, place.at('spanKinds'))
      .map((kind, i) => SPAN_KIND_NAMES.indexOf(reader.oneOf(kind, place.at('spanKinds').at(i), SPAN_KIND_NAMES)))
  }
  return rule
}

/** One's own entries are of rule 2 and one's own candidates of rule 3: the others have conditions that they can't keep. */
function parseRule(value: unknown, place: Place, reader: YamlReader, role: Role, own: boolean): number {
  if (role !== 'entry' && role !== 'candidate') {
    if (value !== undefined) reader.fault(place, 'belongs to entries and candidates only')
    return 0
  }
  if (!own) return reader.integer(value, place, 1, 5)
  const rule = role === 'entry' ? 2 : 3
  if (value !== undefined && value !== rule) {
    reader.fault(place, `must be ${rule} or left out: ${RULE_MEANING[role]}`)
  }
  return rule
}

const RULE_MEANING = {
  entry: 'an entry of your own is an execution wherever it stands',
  candidate: 'a candidate of your own is an execution unless one is above it',
}

function parseConditions(value: unknown, place: Place, reader: YamlReader): RoleRule['attributes'] {
  if (value === undefined) return {}
  const conditions: Record<string, readonly string[] | 'present'> = {}
  for (const [key, accepted] of Object.entries(reader.object(value, place, 'any'))) {
    conditions[key] = accepted === 'present' ? 'present' : reader.texts(accepted, place.at(key))
  }
  return conditions
}

function parseStatus(value: unknown, place: Place, reader: YamlReader): StatusWords {
  const from = reader.object(value, place, ['keys', 'words', 'final'])
  return {
    keys: reader.texts(from.keys, place.at('keys')),
    words: parseStatuses(from.words ?? {}, place.at('words'), reader),
    final: from.final === undefined ? false : reader.flag(from.final, place.at('final')),
  }
}

/** A table of emitters' words. */
export function parseStatuses(value: unknown, place: Place, reader: YamlReader): Record<string, Status | ''> {
  const words: Record<string, Status | ''> = {}
  for (const [word, status] of Object.entries(reader.object(value, place, 'any'))) {
    words[word.toLowerCase()] = reader.oneOf(status, place.at(word), STATUS_WORDS)
  }
  return words
}

/** The field table. */
export function parseFields(value: unknown, place: Place, reader: YamlReader): FieldSources {
  const fields = new Map<SourceField, readonly Source[]>()
  for (const [field, sources] of Object.entries(reader.object(value, place, SOURCE_FIELDS))) {
    const at = place.at(field)
    const list = reader.list(sources, at).map((source, i) => parseSource(source, at.at(i), reader))
    fields.set(field as SourceField, list)
  }
  return fields
}

function parseSource(value: unknown, place: Place, reader: YamlReader): Source {
  if (typeof value === 'string') return { key: reader.text(value, place) }
  const from = reader.object(value, place, ['key', 'json', 'profile', 'except', 'after'])
  const source: Source = { key: reader.text(from.key, place.at('key')) }
  if (from.json !== undefined) source.json = reader.text(from.json, place.at('json'))
  if (from.profile !== undefined) source.profile = reader.text(from.profile, place.at('profile'))
  if (from.except !== undefined) source.except = reader.texts(from.except, place.at('except'))
  if (from.after !== undefined) source.after = reader.oneOf(from.after, place.at('after'), SOURCE_FIELDS)
  return source
}
