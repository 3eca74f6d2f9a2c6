/**
 * Takes secrets out of a request that is indexed, in its own bytes, before anything of it is mapped or laid out: what reaches the spool never
 * holds them. Texts keep their length, so that everything the tape notes stays true. Then what is to be encrypted is (`sealer.ts`).
 */
import { ANY, equalBytes, LogTape, type Tape, TraceTape } from '@runlens/otlp'
import { SEARCH_FOR, type SecretSearch } from '../compiled/secret-search.ts'
import { maskMessage } from './mask-message.ts'
import { maskAll, maskText } from './mask-text.ts'
import { type QueryTextPolicy, rewriteQueryText } from './query-text.ts'
import type { Sealer } from './sealer.ts'
import { isSecretName } from './secret-names.ts'

export interface RedactionSettings {
  /** `off`: everything is stored as it came. */
  secrets: 'on' | 'off'
  /** Names of attributes whose values are masked beside those that are known, in any case. */
  keys: readonly string[]
  /** Names of attributes that are left alone. */
  keep: readonly string[]
  queryText: QueryTextPolicy
  /** By tenant, in place of the one for all. */
  tenants: Readonly<Record<string, { queryText: QueryTextPolicy }>>
}

export const KEEP_EVERYTHING: RedactionSettings = { secrets: 'off', keys: [], keep: [], queryText: 'full', tenants: {} }

/** What becomes of the values under a key. */
const SEARCH = 0
const SECRET = 1
const LEAVE = 2
const QUERY = 3
const PARAMETER = 4

/** Names under which instrumentations tell the text of a query, and the values that go with it (OpenTelemetry's, and their predecessors). */
const QUERY_KEYS = new Set(['db.query.text', 'db.statement'])
const PARAMETER_KEY = /^db\.(query\.parameter|operation\.parameter|statement\.parameter)s?(\.|$)/

/** A byte of a varint that says nothing but that another follows. */
const CONTINUED = 0x80

/** Keys whose treatment is remembered. */
const KEYS_MAX = 10_000

export class Redactor {
  readonly #settings: RedactionSettings
  readonly #extra: ReadonlySet<string>
  readonly #kept: ReadonlySet<string>
  readonly #known = new Map<string, number>()
  #queryText: QueryTextPolicy
  /** By key number of the tape at hand. */
  #treatment = new Uint8Array(256)
  /** Likewise: where the last value stands in which nothing was found; -1 for none. */
  #cleanStart = new Int32Array(256)
  #cleanEnd = new Int32Array(256)
  #masked = 0

  /**
   * @param sealer default: nothing is encrypted
   * @param search where there may be secrets in a tape that it serves; default: every value is looked at
   */
  constructor(
    settings: RedactionSettings,
    private readonly sealer?: Sealer,
    private readonly search?: SecretSearch,
  ) {
    this.#settings = settings
    this.#queryText = settings.queryText
    this.#extra = new Set(settings.keys.map((key) => key.toLowerCase()))
    this.#kept = new Set(settings.keep.map((key) => key.toLowerCase()))
  }

  /** Values encrypted so far. */
  get sealed(): number {
    return this.sealer?.sealed ?? 0
  }

  /** Values masked so far. */
  get masked(): number {
    return this.#masked
  }

  /** Whose requests come from here on. */
  use(tenant: string): void {
    this.#queryText = this.#settings.tenants[tenant]?.queryText ?? this.#settings.queryText
    this.sealer?.use(tenant)
  }

  /** Bodies of log records are left to {@link sealBodies}. */
  redact(tape: Tape): void {
    this.sealer?.begin(tape)
    this.#mask(tape)
    this.sealer?.sealAttributes(tape)
  }

  /** Last of all: markers are read from bodies, too. */
  sealBodies(tape: LogTape): void {
    this.sealer?.sealBodies(tape)
  }

  #mask(tape: Tape): void {
    if (this.#settings.secrets === 'off' && this.#queryText === 'full') return
    this.#decideKeys(tape)
    this.#redactAttributes(tape)
    if (this.#settings.secrets === 'off') return
    if (tape instanceof TraceTape) {
      const { spans, events } = tape
      this.#searchTexts(tape, spans.length, spans.at.nameStart, spans.at.nameEnd)
      this.#searchTexts(tape, spans.length, spans.at.statusMessageStart, spans.at.statusMessageEnd)
      this.#searchTexts(tape, events.length, events.at.nameStart, events.at.nameEnd)
    } else if (tape instanceof LogTape) {
      this.#searchTexts(tape, tape.logs.length, tape.logs.at.eventNameStart, tape.logs.at.eventNameEnd)
    }
  }

  #decideKeys({ keys, buffer }: Tape): void {
    if (this.#treatment.length < keys.length) {
      this.#treatment = new Uint8Array(keys.length * 2)
      this.#cleanStart = new Int32Array(keys.length * 2)
      this.#cleanEnd = new Int32Array(keys.length * 2)
    }
    this.#cleanStart.fill(-1, 0, keys.length)
    this.#treatment[0] = SEARCH
    for (let number = 1; number < keys.length; number++) {
      const name = buffer.toString('utf8', keys.starts[number]!, keys.ends[number]!)
      this.#treatment[number] = this.#known.get(name) ?? this.#decide(name)
    }
  }

  #decide(name: string): number {
    const lower = name.toLowerCase()
    const treatment = this.#kept.has(lower)
      ? LEAVE
      : QUERY_KEYS.has(lower)
        ? QUERY
        : PARAMETER_KEY.test(lower)
          ? PARAMETER
          : this.#extra.has(lower) || isSecretName(name)
            ? SECRET
            : SEARCH
    if (this.#known.size >= KEYS_MAX) this.#known.clear()
    this.#known.set(name, treatment)
    return treatment
  }

  #redactAttributes(tape: Tape): void {
    if (this.search?.serves(tape)) {
      const { treatments } = this.search
      for (let number = 0; number < tape.keys.length; number++) treatments[number] = this.#searchFor(number)
      for (const row of this.search.attributes(tape)) this.#redactAttribute(tape, row)
    } else for (let row = 0; row < tape.attributes.length; row++) this.#redactAttribute(tape, row)
  }

  /** What the search is to find under a key: what {@link #redactAttribute} may change. */
  #searchFor(key: number): number {
    const treatment = this.#treatment[key]!
    if (treatment === LEAVE) return SEARCH_FOR.nothing
    if (this.#queryText !== 'full' && (treatment === QUERY || treatment === PARAMETER)) return SEARCH_FOR.everything
    if (this.#settings.secrets === 'off') return SEARCH_FOR.nothing
    return treatment === SECRET ? SEARCH_FOR.everything : SEARCH_FOR.secrets
  }

  #redactAttribute(tape: Tape, row: number): void {
    const { attributes, buffer } = tape
    const { key, type, valueStart, valueEnd } = attributes.at
    const masks = this.#settings.secrets === 'on'
    const kind = type[row]!
    const treatment = this.#treatment[key[row]!]!
    if (treatment === LEAVE || this.sealer?.hasSealed(tape, row)) return
    if (kind !== ANY.string && (kind < ANY.array || kind > ANY.bytes)) {
      if (treatment === SECRET && masks) this.#masked += zeroNumber(buffer, kind, valueStart[row]!, valueEnd[row]!)
      return
    }
    const start = valueStart[row]!
    const end = valueEnd[row]!
    if (treatment === PARAMETER && this.#queryText !== 'full' && kind === ANY.string) {
      valueEnd[row] = start
      return
    }
    if (masks && !this.#isKnownClean(tape, key[row]!, kind, start, end, treatment)) {
      const before = this.#masked
      this.#maskValue(buffer, kind, start, end, treatment === SECRET)
      this.#cleanStart[key[row]!] = this.#masked === before ? start : -1
      this.#cleanEnd[key[row]!] = end
    }
    if (treatment === QUERY && kind === ANY.string)
      valueEnd[row] = rewriteQueryText(this.#queryText, buffer, start, end)
  }

  /** Spans of one sender say the same again and again: comparing with the last value under the key is quicker than searching. */
  #isKnownClean({ data }: Tape, key: number, kind: number, start: number, end: number, treatment: number): boolean {
    const known = this.#cleanStart[key]!
    return (
      known >= 0 &&
      kind === ANY.string &&
      treatment !== SECRET &&
      equalBytes(data, known, this.#cleanEnd[key]!, data, start, end)
    )
  }

  #maskValue(buffer: Buffer, kind: number, start: number, end: number, isSecret: boolean): void {
    if (kind === ANY.array || kind === ANY.kvlist) {
      this.#masked += maskMessage(buffer, start, end, kind, isSecret)
    } else if (isSecret) {
      maskAll(buffer, start, end)
      this.#masked++
    } else {
      this.#masked += maskText(buffer, start, end)
    }
  }

  #searchTexts(tape: Tape, length: number, starts: Int32Array, ends: Int32Array): void {
    if (this.search?.serves(tape)) {
      for (const row of this.search.texts(starts, ends, length)) {
        this.#masked += maskText(tape.buffer, starts[row]!, ends[row]!)
      }
      return
    }
    for (let row = 0; row < length; row++) {
      const start = starts[row]!
      if (start >= 0) this.#masked += maskText(tape.buffer, start, ends[row]!)
    }
  }
}

/** A number under a secret name becomes 0, in as many bytes. @returns how many values were masked */
function zeroNumber(buffer: Buffer, kind: number, start: number, end: number): number {
  if (end <= start || (kind !== ANY.int && kind !== ANY.double)) return 0
  buffer.fill(kind === ANY.int ? CONTINUED : 0, start, end)
  buffer[end - 1] = 0
  return 1
}
