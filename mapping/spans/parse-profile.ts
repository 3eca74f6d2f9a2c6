/** YAML values → profiles, field sources and status words, every fault named with file and key. */
import { EXECUTION_KINDS, ROLES, STATUSES, STEP_TYPES, type Status } from '@runlens/conventions'
import {
  type FieldSources,
  type Marker,
  type Profile,
  type RoleRule,
  SOURCE_FIELDS,
  type Source,
  type SourceField,
  type StatusWords,
} from './profile.ts'
import type { YamlReader } from './yaml-reader.ts'

/** OTLP SpanKind by the name that profiles use. */
const SPAN_KINDS = ['UNSPECIFIED', 'INTERNAL', 'SERVER', 'CLIENT', 'PRODUCER', 'CONSUMER'] as const
const STATUS_WORDS: readonly (Status | '')[] = ['', ...STATUSES.filter((status) => status !== 'lost')]

export function parseProfile(value: unknown, file: string, reader: YamlReader): Profile {
  const known = ['name', 'provider', 'order', 'select', 'prefixes', 'skip', 'roles', 'status']
  const from = reader.object(value, file, known)
  const name = reader.text(from.name, `${file}: name`)
  const profile: Profile = {
    name,
    provider: from.provider === undefined ? name : reader.text(from.provider, `${file}: provider`),
    order: reader.integer(from.order, `${file}: order`, 0, 1_000),
    select: parseSelect(from.select, `${file}: select`, reader),
    prefixes: reader.texts(from.prefixes, `${file}: prefixes`),
    skip: reader.texts(from.skip, `${file}: skip`),
    roles: reader.list(from.roles, `${file}: roles`).map((role, i) => parseRole(role, `${file}: roles[${i}]`, reader)),
  }
  if (from.status !== undefined) profile.status = parseStatus(from.status, `${file}: status`, reader)
  return profile
}

function parseSelect(value: unknown, at: string, reader: YamlReader): Profile['select'] {
  const from = reader.object(value, at, ['always', 'scopes', 'attributes'])
  if (Object.keys(from).length === 0) reader.fault(at, 'must say by what the spans are recognised')
  return {
    always: from.always === undefined ? false : reader.flag(from.always, `${at}.always`),
    scopes: reader.texts(from.scopes, `${at}.scopes`),
    attributes: reader
      .list(from.attributes, `${at}.attributes`)
      .map((marker, i) => parseMarker(marker, `${at}.attributes[${i}]`, reader)),
  }
}

function parseMarker(value: unknown, at: string, reader: YamlReader): Marker {
  if (typeof value === 'string') return { key: reader.text(value, at) }
  const from = reader.object(value, at, ['key', 'json', 'in'])
  const marker: Marker = { key: reader.text(from.key, `${at}.key`) }
  if (from.json !== undefined) marker.json = reader.text(from.json, `${at}.json`)
  if (from.in !== undefined) marker.in = reader.texts(from.in, `${at}.in`)
  return marker
}

const ROLE_KEYS = ['attributes', 'names', 'prefixes', 'spanKinds', 'root', 'role', 'rule', 'kind', 'type']

function parseRole(value: unknown, at: string, reader: YamlReader): RoleRule {
  const from = reader.object(value, at, ROLE_KEYS)
  const role = reader.oneOf(from.role, `${at}.role`, ROLES)
  const executes = role === 'entry' || role === 'candidate'
  const rule: RoleRule = {
    role,
    rule: executes ? reader.integer(from.rule, `${at}.rule`, 1, 5) : 0,
    attributes: parseConditions(from.attributes, `${at}.attributes`, reader),
  }
  if (!executes && from.rule !== undefined) reader.fault(`${at}.rule`, 'belongs to entries and candidates only')
  if (executes || from.kind !== undefined) rule.kind = reader.oneOf(from.kind, `${at}.kind`, EXECUTION_KINDS)
  if (from.type !== undefined) rule.type = reader.oneOf(from.type, `${at}.type`, STEP_TYPES)
  if (from.names !== undefined) rule.names = reader.texts(from.names, `${at}.names`)
  if (from.prefixes !== undefined) rule.prefixes = reader.texts(from.prefixes, `${at}.prefixes`)
  if (from.root !== undefined) rule.root = reader.flag(from.root, `${at}.root`)
  if (from.spanKinds !== undefined) {
    rule.spanKinds = reader
      .texts(from.spanKinds, `${at}.spanKinds`)
      .map((kind, i) => SPAN_KINDS.indexOf(reader.oneOf(kind, `${at}.spanKinds[${i}]`, SPAN_KINDS)))
  }
  return rule
}

function parseConditions(value: unknown, at: string, reader: YamlReader): RoleRule['attributes'] {
  if (value === undefined) return {}
  const conditions: Record<string, readonly string[] | 'present'> = {}
  for (const [key, accepted] of Object.entries(reader.object(value, at, 'any'))) {
    conditions[key] = accepted === 'present' ? 'present' : reader.texts(accepted, `${at}.${key}`)
  }
  return conditions
}

function parseStatus(value: unknown, at: string, reader: YamlReader): StatusWords {
  const from = reader.object(value, at, ['keys', 'words', 'final'])
  return {
    keys: reader.texts(from.keys, `${at}.keys`),
    words: parseStatuses(from.words ?? {}, `${at}.words`, reader),
    final: from.final === undefined ? false : reader.flag(from.final, `${at}.final`),
  }
}

/** A table of emitters' words. */
export function parseStatuses(value: unknown, at: string, reader: YamlReader): Record<string, Status | ''> {
  const words: Record<string, Status | ''> = {}
  for (const [word, status] of Object.entries(reader.object(value, at, 'any'))) {
    words[word.toLowerCase()] = reader.oneOf(status, `${at}.${word}`, STATUS_WORDS)
  }
  return words
}

/** The field table. */
export function parseFields(value: unknown, file: string, reader: YamlReader): FieldSources {
  const fields = new Map<SourceField, readonly Source[]>()
  for (const [field, sources] of Object.entries(reader.object(value, file, SOURCE_FIELDS))) {
    const at = `${file}: ${field}`
    const list = reader.list(sources, at).map((source, i) => parseSource(source, `${at}[${i}]`, reader))
    fields.set(field as SourceField, list)
  }
  return fields
}

function parseSource(value: unknown, at: string, reader: YamlReader): Source {
  if (typeof value === 'string') return { key: reader.text(value, at) }
  const from = reader.object(value, at, ['key', 'json', 'profile', 'except', 'after'])
  const source: Source = { key: reader.text(from.key, `${at}.key`) }
  if (from.json !== undefined) source.json = reader.text(from.json, `${at}.json`)
  if (from.profile !== undefined) source.profile = reader.text(from.profile, `${at}.profile`)
  if (from.except !== undefined) source.except = reader.texts(from.except, `${at}.except`)
  if (from.after !== undefined) source.after = reader.oneOf(from.after, `${at}.after`, SOURCE_FIELDS)
  return source
}
