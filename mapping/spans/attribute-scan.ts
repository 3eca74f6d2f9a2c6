/** The hot loop: what the attributes of a span, scope or resource say, as row numbers and ranks. Makes no string. */
import { ANY, type TraceTape } from '@runlens/otlp'
import { ACTION, type CompiledProfiles } from './compile.ts'
import { MARKS } from './field-marks.ts'
import type { KnownKeys } from './known-keys.ts'
import { SOURCE_FIELDS } from './profile.ts'

const NO_RANK = 0x7fff_ffff
const FIELDS = SOURCE_FIELDS.length

/** What was found so far; a span's begins as a copy of its scope's, a scope's as a copy of its resource's. */
export class AttributeScan {
  /** Row in `tape.attributes` of the best source of each field; -1: none. */
  readonly at: Int32Array
  /** Rank of that source. */
  readonly rank: Int32Array
  /** Per condition slot: -1 absent, -2 present with a word that no rule names, else the word. */
  readonly words: Int32Array
  /** The three above in one piece, so that a copy is one call. */
  readonly cells: Int32Array
  /** For fields found inside JSON text: the value's place, -1 for others; `at` is then the attribute that holds it. */
  readonly jsonStart = new Int32Array(FIELDS).fill(-1)
  readonly jsonEnd = new Int32Array(FIELDS)
  /** `MARKS` of the fields that have a source. */
  found = 0
  /** Bits of the profiles that claim the span. */
  mask = 0
  statusAt = -1
  statusSource = NO_RANK
  /** Pairs of deferred action and attribute row. */
  readonly pending: number[] = []
  /** Only a span's own scan looks into JSON, so there is nothing to copy, only to forget. */
  private hasJson = false
  private readonly compiled: CompiledProfiles
  private readonly known: KnownKeys

  constructor(compiled: CompiledProfiles, known: KnownKeys) {
    this.compiled = compiled
    this.known = known
    this.cells = new Int32Array(2 * FIELDS + compiled.wordSlots)
    this.at = this.cells.subarray(0, FIELDS)
    this.rank = this.cells.subarray(FIELDS, 2 * FIELDS)
    this.words = this.cells.subarray(2 * FIELDS)
  }

  clear(): void {
    this.at.fill(-1)
    this.rank.fill(NO_RANK)
    this.words.fill(-1)
    this.found = 0
    this.mask = this.compiled.alwaysMask
    this.statusAt = -1
    this.statusSource = NO_RANK
    this.pending.length = 0
  }

  copy(from: AttributeScan): void {
    this.cells.set(from.cells)
    if (this.hasJson) this.jsonStart.fill(-1)
    this.hasJson = false
    this.found = from.found
    this.mask = from.mask
    this.statusAt = from.statusAt
    this.statusSource = from.statusSource
    if (this.pending.length > 0) this.pending.length = 0
    for (let i = 0; i < from.pending.length; i++) this.pending.push(from.pending[i]!)
  }

  /** Reads `count` attributes from row `first`. Absent values and empty texts are no values. */
  scan(tape: TraceTape, first: number, count: number): void {
    const { key, type, valueStart, valueEnd } = tape.attributes.at
    const { code, a, b, first: actions } = this.compiled
    const known = this.known.of
    for (let row = first; row < first + count; row++) {
      const index = known[key[row]!]!
      if (index < 0) continue
      const kind = type[row]!
      if (kind === ANY.empty || (kind === ANY.string && valueStart[row] === valueEnd[row])) continue
      for (let i = actions[index]!, end = actions[index + 1]!; i < end; i++) {
        if (code[i] === ACTION.field) this.offer(a[i]!, b[i]!, row)
        else this.act(tape, i, row)
      }
    }
  }

  /** All but the plainest action. */
  private act(tape: TraceTape, i: number, row: number): void {
    const { code, a, b, c } = this.compiled
    switch (code[i]) {
      case ACTION.fieldExcept:
        if (!this.inSet(this.wordAt(tape, row), c[i]!)) this.offer(a[i]!, b[i]!, row)
        break
      case ACTION.profile:
        if (b[i]! < 0 || this.inSet(this.wordAt(tape, row), b[i]!)) this.mask |= a[i]!
        break
      case ACTION.word:
        this.words[a[i]!] = this.wordAt(tape, row)
        break
      case ACTION.status:
        this.offerStatus(a[i]!, row)
        break
      default:
        this.pending.push(a[i]!, row)
    }
  }

  /** Takes the attribute for the status unless a stronger source was seen. */
  offerStatus(source: number, row: number): void {
    if (source > this.statusSource) return
    this.statusSource = source
    this.statusAt = row
  }

  /** Takes the attribute for the field unless a better source was seen; the same key said again wins. */
  offer(field: number, rank: number, row: number): void {
    if (rank > this.rank[field]!) return
    this.rank[field] = rank
    this.found |= MARKS[field]!
    this.at[field] = row
    this.jsonStart[field] = -1
  }

  /** Takes a place inside the attribute's JSON text for the field. */
  offerJson(field: number, rank: number, row: number, start: number, end: number): void {
    this.offer(field, rank, row)
    this.jsonStart[field] = start
    this.jsonEnd[field] = end
    this.hasJson = true
  }

  /** The word of a text or boolean value; -2 if no rule names it. */
  wordAt(tape: TraceTape, row: number): number {
    const { type, valueStart, valueEnd } = tape.attributes.at
    const { words } = this.compiled
    let word = -1
    if (type[row] === ANY.string) word = words.find(tape.buffer, valueStart[row]!, valueEnd[row]!)
    else if (type[row] === ANY.bool) {
      const text = tape.buffer[valueStart[row]!] === 0 ? FALSE : TRUE
      word = words.find(text, 0, text.length)
    }
    return word < 0 ? -2 : word
  }

  inSet(word: number, set: number): boolean {
    return word >= 0 && this.compiled.wordSets[set]![word] === 1
  }
}

const TRUE = Buffer.from('true')
const FALSE = Buffer.from('false')
