/** Profiles and field sources → tables that the hot path reads: one lookup per attribute, numbers from there on. */
import { STATUS_NUMBER, type Status } from '@runlens/conventions'
import { BytesTable } from './bytes-table.ts'
import type { Marker, Profile, ProfileSet, RoleRule, Source, SourceField } from './profile.ts'
import { SOURCE_FIELDS } from './profile.ts'

/** What one attribute key does; its operands are `a` and `b`. */
export const ACTION = {
  /** Source of field `a` at rank `b`. */
  field: 0,
  /** The same unless the value is in word set `c`. */
  fieldExcept: 1,
  /** Sets the profile bits `a`, if the value is in word set `b` (-1: any value). */
  profile: 2,
  /** Fills word slot `a`, for conditions of roles. */
  word: 3,
  /** Source `a` of the status. */
  status: 4,
  /** Looked at when the span has been scanned: entry `a` of {@link CompiledProfiles.deferred}. */
  deferred: 5,
} as const

/** Index of each field in the tables. */
export const FIELD = Object.fromEntries(SOURCE_FIELDS.map((field, index) => [field, index])) as Record<
  SourceField,
  number
>

/** What can be decided only after all attributes were seen: needs the claimed profiles or the bytes of JSON text. */
export interface Deferred {
  /** Field and rank that it feeds; -1: it does something else. */
  field: number
  rank: number
  /** Source of the status that it is; -1: it does something else. Of neither it marks `profile`. */
  status: number
  /** JSON member, undefined for the whole value. */
  json: Uint8Array | undefined
  /** Bit: required of a field source, set by a marker. 0: none. */
  profile: number
  /** Word set that a marker's value must be in, that a field's must not be in; -1 for any value. */
  words: number
}

export interface CompiledRule {
  /** Pairs of word slot and word set; -1 as set: present. */
  conditions: readonly { slot: number; words: number }[]
  /** Word set of span names; -1: any. */
  names: number
  prefixes: readonly Uint8Array[]
  /** Bit per OTLP SpanKind; 0: any. */
  spanKinds: number
  root: boolean | undefined
  source: RoleRule
}

export interface CompiledProfile {
  source: Profile
  bit: number
  rules: readonly CompiledRule[]
  prefixes: readonly Uint8Array[]
  /** Word set of marker span names; -1: none. */
  skip: number
}

export interface CompiledProfiles {
  keys: BytesTable
  /** Actions of key k: `[first[k], first[k + 1])` of the four arrays. */
  first: Int32Array
  code: Uint8Array
  a: Int32Array
  b: Int32Array
  c: Int32Array
  deferred: readonly Deferred[]
  /** Field whose value goes before the one that came from (field, rank); -1: none. */
  after: readonly Int8Array[]
  words: BytesTable
  /** Word set → 1 per word in it. */
  wordSets: readonly Uint8Array[]
  wordSlots: number
  scopes: BytesTable
  /** Profile bits of each scope name. */
  scopeMasks: Int32Array
  alwaysMask: number
  profiles: readonly CompiledProfile[]
  /** Lower-case words of any status source. */
  statusWords: BytesTable
  /** Status source → status number per word, 255 where the word means nothing to it. */
  statuses: readonly Uint8Array[]
  /** 1 for sources whose `failed` is final. */
  statusFinal: Uint8Array
  /** Profile of each status source. */
  statusProfiles: readonly Profile[]
}

/** A word that a status source does not know. */
export const UNKNOWN_WORD = 255

export function compileProfiles(set: ProfileSet): CompiledProfiles {
  return new Compiler(set).compile()
}

interface Action {
  code: number
  a: number
  b: number
  c: number
}

class Compiler {
  private readonly set: ProfileSet
  private readonly actions = new Map<string, Action[]>()
  private readonly deferred: Deferred[] = []
  private readonly words = new Map<string, number>()
  private readonly wordSets: (readonly string[])[] = []
  private readonly slots = new Map<string, number>()
  private readonly bits: Map<string, number>

  constructor(set: ProfileSet) {
    this.set = set
    this.bits = new Map(set.profiles.map((profile, index) => [profile.name, 1 << index]))
  }

  compile(): CompiledProfiles {
    const { profiles } = this.set
    const after = SOURCE_FIELDS.map((field) => this.addField(field))
    const scopes = new Map<string, number>()
    for (const profile of profiles) {
      for (const marker of profile.select.attributes) this.addMarker(profile, marker)
      for (const scope of profile.select.scopes) scopes.set(scope, (scopes.get(scope) ?? 0) | this.bitOf(profile.name))
    }
    const compiled = profiles.map((profile) => this.compileProfile(profile))
    const status = this.compileStatuses()
    const words = new BytesTable([...this.words.keys()])
    const keys = [...this.actions.keys()]
    const flat = keys.flatMap((key) => this.actions.get(key)!)
    const first = new Int32Array(keys.length + 1)
    keys.forEach((key, k) => {
      first[k + 1] = first[k]! + this.actions.get(key)!.length
    })
    return {
      keys: new BytesTable(keys),
      first,
      code: Uint8Array.from(flat, (action) => action.code),
      a: Int32Array.from(flat, (action) => action.a),
      b: Int32Array.from(flat, (action) => action.b),
      c: Int32Array.from(flat, (action) => action.c),
      deferred: this.deferred,
      after,
      words,
      wordSets: this.wordSets.map((set) => this.bitmap(set)),
      wordSlots: this.slots.size,
      scopes: new BytesTable([...scopes.keys()]),
      scopeMasks: Int32Array.from(scopes.values()),
      alwaysMask: profiles.reduce((mask, { name, select }) => (select.always ? mask | this.bitOf(name) : mask), 0),
      profiles: compiled,
      ...status,
    }
  }

  private bitOf(profile: string): number {
    return this.bits.get(profile)!
  }

  private act(key: string, code: number, a: number, b = 0, c = 0): void {
    const list = this.actions.get(key)
    if (list) list.push({ code, a, b, c })
    else this.actions.set(key, [{ code, a, b, c }])
  }

  /** Returns the `after` field of each rank. */
  private addField(name: SourceField): Int8Array {
    const sources = this.set.fields.get(name) ?? []
    sources.forEach((source, rank) => {
      this.addSource(FIELD[name], rank, source)
    })
    return Int8Array.from(sources, (source) => (source.after === undefined ? -1 : FIELD[source.after]))
  }

  private addSource(field: number, rank: number, source: Source): void {
    if (source.json === undefined && source.profile === undefined) {
      if (source.except) this.act(source.key, ACTION.fieldExcept, field, rank, this.wordSet(source.except))
      else this.act(source.key, ACTION.field, field, rank)
      return
    }
    const profile = source.profile === undefined ? 0 : this.bitOf(source.profile)
    const words = source.except ? this.wordSet(source.except) : -1
    this.defer(source.key, { field, rank, status: -1, json: bytesOf(source.json), profile, words })
  }

  private addMarker(profile: Profile, marker: Marker): void {
    const words = marker.in ? this.wordSet(marker.in) : -1
    const bit = this.bitOf(profile.name)
    if (marker.json === undefined) this.act(marker.key, ACTION.profile, bit, words)
    else this.defer(marker.key, { field: -1, rank: 0, status: -1, json: bytesOf(marker.json), profile: bit, words })
  }

  private defer(key: string, deferred: Deferred): void {
    this.act(key, ACTION.deferred, this.deferred.push(deferred) - 1)
  }

  private compileProfile(profile: Profile): CompiledProfile {
    return {
      source: profile,
      bit: this.bitOf(profile.name),
      rules: profile.roles.map((rule) => this.compileRule(rule)),
      prefixes: profile.prefixes.map((prefix) => Buffer.from(prefix)),
      skip: profile.skip.length > 0 ? this.wordSet(profile.skip) : -1,
    }
  }

  private compileRule(rule: RoleRule): CompiledRule {
    return {
      conditions: Object.entries(rule.attributes).map(([key, accepted]) => ({
        slot: this.slot(key),
        words: accepted === 'present' ? -1 : this.wordSet(accepted),
      })),
      names: rule.names ? this.wordSet(rule.names) : -1,
      prefixes: (rule.prefixes ?? []).map((prefix) => Buffer.from(prefix)),
      spanKinds: (rule.spanKinds ?? []).reduce((mask, kind) => mask | (1 << kind), 0),
      root: rule.root,
      source: rule,
    }
  }

  private slot(key: string): number {
    let slot = this.slots.get(key)
    if (slot === undefined) {
      slot = this.slots.size
      this.slots.set(key, slot)
      this.act(key, ACTION.word, slot)
    }
    return slot
  }

  private wordSet(words: readonly string[]): number {
    for (const word of words) if (!this.words.has(word)) this.words.set(word, this.words.size)
    return this.wordSets.push(words) - 1
  }

  private bitmap(words: readonly string[]): Uint8Array {
    const bitmap = new Uint8Array(this.words.size)
    for (const word of words) bitmap[this.words.get(word)!] = 1
    return bitmap
  }

  private compileStatuses(): Pick<CompiledProfiles, 'statusWords' | 'statuses' | 'statusFinal' | 'statusProfiles'> {
    const sources = this.set.profiles.flatMap((profile) =>
      profile.status ? profile.status.keys.map((key) => ({ key, profile, status: profile.status! })) : [],
    )
    const all = new Set(Object.keys(this.set.statuses))
    for (const { status } of sources) for (const word of Object.keys(status.words)) all.add(word)
    sources.forEach(({ key, profile: { own, name } }, index) => {
      // Keys of ours are names that nobody else uses; one's own may be as general as `state`.
      if (own)
        this.defer(key, { field: -1, rank: 0, status: index, json: undefined, profile: this.bitOf(name), words: -1 })
      else this.act(key, ACTION.status, index)
    })
    const words = [...all]
    return {
      statusWords: new BytesTable(words),
      statuses: sources.map(({ status }) =>
        Uint8Array.from(words, (word) => statusNumber(status.words[word] ?? this.set.statuses[word])),
      ),
      statusFinal: Uint8Array.from(sources, ({ status }) => (status.final ? 1 : 0)),
      statusProfiles: sources.map(({ profile }) => profile),
    }
  }
}

function statusNumber(status: Status | '' | undefined): number {
  return status === undefined ? UNKNOWN_WORD : STATUS_NUMBER[status]
}

function bytesOf(text: string | undefined): Uint8Array | undefined {
  return text === undefined ? undefined : Buffer.from(text)
}
