/** Tells by a compiled stage where a tape may hold secrets: few rows of many. Redaction looks at these, and would change nothing in the others. */
import type { Tape } from '@runlens/otlp'
import { DECIDED_NAMES_MAX, decidedNames, isName } from '../redaction/decided-names.ts'
import { MEANING, TOKEN_BEGINNINGS, WORD } from '../redaction/mask-text.ts'
import type { TraceIndexer } from './trace-indexer.ts'

/** What is to be done with the values under a key: see `assembly/secret-rows.ts`. */
export const SEARCH_FOR = { secrets: 0, nothing: 1, everything: 2 } as const

const NAME_BIT = 1
const WORD_BIT = 2
const HARMLESS = 1
const SECRET = 2
const PROBES_MAX = 32
/** Bytes of a token's beginning that are compared, of which the filters see the first ones. */
const BEGINNING_BYTES = 8
const FILTER_BYTES = 3

export class SecretSearch {
  /** By key number of the tape: of {@link SEARCH_FOR}. */
  readonly treatments: Uint8Array
  private readonly left: Int32Array
  private readonly names: Int32Array
  /** Of `decidedNames`: how far `names` follows it. */
  private followed = 0
  private generation = 0

  constructor(private readonly indexer: TraceIndexer) {
    const { stages } = indexer
    const place = (name: string) => stages.place(name)
    this.treatments = stages.bytes(place('TREATMENTS'), place('KEYS_MAX'))
    this.left = stages.numbers(place('LEFT_ROWS'), place('ATTRIBUTES_MAX'))
    this.names = stages.numbers(place('NAME_SLOTS'), place('NAME_SLOTS_MAX') * 2)
    if (DECIDED_NAMES_MAX * 4 > place('NAME_SLOTS_MAX')) throw new Error('too few slots for names')
    stages.bytes(place('BYTE_CLASSES'), 256).set(byteClasses())
    stages.bytes(place('TOKEN_FILTERS'), FILTER_BYTES * 32).set(tokenFilters())
    if (TOKEN_BEGINNINGS.length > place('TOKEN_BEGINNINGS_MAX')) throw new Error('too many beginnings of tokens')
    stages.bytes(place('TOKEN_BEGINNINGS'), TOKEN_BEGINNINGS.length * BEGINNING_BYTES * 3).set(tokenBeginnings())
  }

  /** Whether the tape is one that can be searched. */
  serves(tape: Tape): boolean {
    return this.indexer.holds(tape)
  }

  /** The attributes that may hold secrets, by {@link treatments}; valid until the next call. */
  attributes(tape: Tape): Int32Array {
    this.follow()
    return this.left.subarray(0, this.indexer.stages.run.leaveAttributes(tape.attributes.length))
  }

  /** The texts that may; valid until the next call. @param starts, ends columns of the tape */
  texts(starts: Int32Array, ends: Int32Array, length: number): Int32Array {
    this.follow()
    return this.left.subarray(0, this.indexer.stages.run.leaveTexts(starts.byteOffset, ends.byteOffset, length))
  }

  /** Takes over what was decided of names since the last time. */
  private follow(): void {
    const { names } = this
    if (this.generation !== decidedNames.generation) {
      names.fill(0)
      this.generation = decidedNames.generation
      this.followed = 0
    }
    for (; this.followed < decidedNames.length; this.followed++) {
      const hash = decidedNames.hashes[this.followed]!
      // One that finds no room is looked at by TypeScript for ever.
      for (let probe = 0; probe < PROBES_MAX; probe++) {
        const slot = ((hash + probe) & (names.length / 2 - 1)) * 2
        if (names[slot + 1] !== 0) continue
        names[slot] = hash
        names[slot + 1] = decidedNames.answers[this.followed] === 1 ? SECRET : HARMLESS
        break
      }
    }
  }
}

function byteClasses(): Uint8Array {
  return Uint8Array.from(
    { length: 256 },
    (_, byte) => (isName[byte] === 1 ? NAME_BIT : 0) | (MEANING[byte] === WORD ? WORD_BIT : 0),
  )
}

/** Of each of the first bytes: by its lower, then by its upper half, a bit for each of eight groups of beginnings that may have it there. */
function tokenFilters(): Uint8Array {
  const filters = new Uint8Array(FILTER_BYTES * 32)
  const firsts = [...new Set(TOKEN_BEGINNINGS.map(({ begins }) => begins[0]))]
  for (const { begins, anyCase } of TOKEN_BEGINNINGS) {
    const group = 1 << (firsts.indexOf(begins[0]) % 8)
    for (let index = 0; index < FILTER_BYTES; index++) {
      for (let byte = 0; byte < 256; byte++) {
        if ((anyCase ? byte | 0x20 : byte) !== begins.charCodeAt(index)) continue
        filters[index * 32 + (byte & 15)]! |= group
        filters[index * 32 + 16 + (byte >> 4)]! |= group
      }
    }
  }
  return filters
}

/** Of each: the bits that matter, those set to make letters small, and how it begins. */
function tokenBeginnings(): Uint8Array {
  const table = new Uint8Array(TOKEN_BEGINNINGS.length * BEGINNING_BYTES * 3)
  TOKEN_BEGINNINGS.forEach(({ begins, anyCase }, number) => {
    const at = number * BEGINNING_BYTES * 3
    const length = Math.min(begins.length, BEGINNING_BYTES)
    table.fill(0xff, at, at + length)
    if (anyCase) table.fill(0x20, at + BEGINNING_BYTES, at + BEGINNING_BYTES + length)
    for (let i = 0; i < length; i++) table[at + BEGINNING_BYTES * 2 + i] = begins.charCodeAt(i)
  })
  return table
}
