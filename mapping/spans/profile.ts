/** What a profile says, once read from its YAML: how its spans are recognised and what they are. Pure data. */
import type { ExecutionKind, Role, Status, StepType } from '@runlens/conventions'
import { TEXT_FIELDS, type TextField } from './mapped-spans.ts'

/** Fields read from attributes that are no text column by themselves. */
export const HELPER_FIELDS = [
  'service_namespace',
  'http_method',
  'grpc_status',
  'attempt',
  'rows_total',
  'rows_returned',
  'queued_at',
  'expected_end_at',
  'progress',
] as const
export type HelperField = (typeof HELPER_FIELDS)[number]
export type SourceField = Exclude<TextField, 'provider'> | HelperField
export const SOURCE_FIELDS: readonly SourceField[] = [
  ...TEXT_FIELDS.filter((field): field is Exclude<TextField, 'provider'> => field !== 'provider'),
  ...HELPER_FIELDS,
]

/** OTLP SpanKind by the name that profiles use. */
export const SPAN_KIND_NAMES = ['UNSPECIFIED', 'INTERNAL', 'SERVER', 'CLIENT', 'PRODUCER', 'CONSUMER'] as const

/** One place where a field's value may stand. */
export interface Source {
  key: string
  /** Member of the JSON text in the attribute. */
  json?: string
  /** Only in spans claimed by the profile of this name. */
  profile?: string
  /** Values that count as absent. */
  except?: string[]
  /** Field whose value goes before, with a blank. */
  after?: SourceField
}

/** Ordered sources of every field; the first that is present wins. */
export type FieldSources = ReadonlyMap<SourceField, readonly Source[]>

/** An attribute that tells a profile's spans: present, or with one of some values. */
export interface Marker {
  key: string
  json?: string
  in?: string[]
}

/** First rule of a profile whose conditions all hold decides. */
export interface RoleRule {
  /** Attribute key → accepted values, or `present`. */
  attributes: Readonly<Record<string, readonly string[] | 'present'>>
  /** Span names. */
  names?: readonly string[]
  /** Beginnings of span names. */
  prefixes?: readonly string[]
  /** OTLP SpanKind numbers. */
  spanKinds?: readonly number[]
  /** Whether the span has no parent. */
  root?: boolean
  role: Role
  /** 1–5, of entries and candidates. */
  rule: number
  /** Where it begins in its profile's file, from 1. */
  line: number
  kind?: ExecutionKind
  type?: StepType
}

export interface StatusWords {
  keys: readonly string[]
  /** Lower-case word → status; '' says nothing. */
  words: Readonly<Record<string, Status | ''>>
  /** The emitter tells `failed` and `timeout` apart, so its `failed` is never read as a timeout. */
  final: boolean
}

export interface Profile {
  name: string
  /** The file that it was read from. */
  file: string
  /** Whether it is none of those that ship. */
  own: boolean
  /** What the `provider` column says; the profile's name unless given. */
  provider: string
  /** Lower is asked first. */
  order: number
  /** Markers may stand on the span, its scope or its resource. */
  select: { always: boolean; scopes: readonly string[]; attributes: readonly Marker[] }
  /** Operation words at the beginning of span names that are no part of a step's or workflow's name. */
  prefixes: readonly string[]
  /** Names of spans that are markers, never steps. */
  skip: readonly string[]
  roles: readonly RoleRule[]
  status?: StatusWords
  /** Sources of fields in its own spans alone, stronger than those of every emitter. */
  fields: FieldSources
}

/** Everything that mapping knows about emitters. */
export interface ProfileSet {
  /** In the order in which they are asked. */
  profiles: readonly Profile[]
  fields: FieldSources
  /** Words that mean the same for every emitter. */
  statuses: Readonly<Record<string, Status | ''>>
}
