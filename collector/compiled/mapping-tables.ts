/** Writes what the mapper knows of profiles and fields into the memory of the stages, where `assembly/mapping-places.ts` says. */
import { type BytesTable, FIELD, MARKS, type MappingTables, NUMERIC_MARKS, PLAIN, PLAIN_MARKS } from '@runlens/mapping'
import type { Stages } from './stages.ts'

/** Own profiles can be of any number. */
class NoRoom extends Error {}

/** @returns whether there was room; nothing of it may be used otherwise */
export function placeMappingTables(stages: Stages, tables: MappingTables): boolean {
  try {
    new TablePlacer(stages).place(tables)
    return true
  } catch (error) {
    if (error instanceof NoRoom) return false
    throw error
  }
}

class TablePlacer {
  private at: number
  private readonly end: number
  /** Pairs of address and length. */
  private readonly prefixes: number[] = []

  constructor(private readonly stages: Stages) {
    this.at = stages.place('MAPPING_BEGIN')
    this.end = stages.place('MAPPING') + stages.place('MAPPING_BYTES_MAX')
  }

  place({ compiled, rules, writer }: MappingTables): void {
    const { constants } = writer
    this.placeActions(compiled)
    this.placeDeferred(compiled)
    this.placeWords(compiled)
    this.placeProfiles({ compiled, rules, writer })
    this.set('EXECUTION_KINDS', this.table(constants.kinds))
    this.set('STEP_TYPES', this.table(constants.stepTypes))
    this.set('NAME_READERS', rules.readsNames)
    this.set('PREFIXED', constants.prefixed)
    this.set('FIELD_MARKS', this.numbers(MARKS))
    this.set('PLAIN_FIELDS', this.numbers(PLAIN.map((field) => FIELD[field])))
    this.set('PLAIN_MARKS', PLAIN_MARKS)
    this.set('NUMERIC_MARKS', NUMERIC_MARKS)
    this.set('BEFORE_NAMES', this.numbers(compiled.after[FIELD.workflow_name]!))
    this.set('SMALL_INTS', this.numbers(constants.smallInts))
    this.set('SMALL_INTS_MAX', constants.smallInts.length)
    this.set('HTTP_TEXT', constants.http)
    this.set('QUEUE_TEXT', constants.queue)
    this.set('DEFAULT_TEXT', constants.defaultEnvironment)
    const cells = 2 * MARKS.length + compiled.wordSlots
    if (cells > this.stages.place('CELLS_MAX')) throw new NoRoom()
    this.set('CELL_BYTES', cells * 4)
  }

  private placeActions({ first, code, a, b, c }: MappingTables['compiled']): void {
    this.set('KEY_ACTIONS', this.numbers(first))
    this.set('ACTIONS', this.numbers([...code].flatMap((action, i) => [action, a[i]!, b[i]!, c[i]!])))
  }

  private placeDeferred({ deferred }: MappingTables['compiled']): void {
    const numbers = deferred.flatMap(({ field, rank, status, json, profile, words }) => {
      const name = json === undefined ? 0 : this.bytes(json)
      return [field, rank, status, name, json?.length ?? 0, profile, words]
    })
    this.set('DEFERRED', this.numbers(numbers))
  }

  private placeWords({ words, wordSets, statusWords, statuses }: MappingTables['compiled']): void {
    this.set('WORDS', this.table(words))
    this.set('TRUE_WORD', wordOf(words, 'true'))
    this.set('FALSE_WORD', wordOf(words, 'false'))
    this.set('WORD_SETS', this.bytes(Buffer.concat(wordSets)))
    this.set('WORD_SET_BYTES', words.size)
    this.set('STATUS_WORDS', this.table(statusWords))
    this.set('STATUSES', this.bytes(Buffer.concat(statuses)))
    this.set('STATUS_BYTES', statusWords.size)
  }

  private placeProfiles({ compiled, rules, writer }: MappingTables): void {
    const profiles: number[] = []
    const all: number[] = []
    const conditions: number[] = []
    rules.profiles.forEach(({ skip, rules: own }, index) => {
      const { prefixes } = compiled.profiles[index]!
      const first = all.length / this.stages.place('RULE_NUMBERS')
      for (const { rule, outcome } of own) {
        const wants = rule.root === undefined ? -1 : Number(rule.root)
        all.push(wants, rule.spanKinds, conditions.length / 2, rule.conditions.length, rule.names)
        all.push(this.addPrefixes(rule.prefixes), rule.prefixes.length)
        all.push(outcome.role, outcome.rule, outcome.kind, outcome.type)
        for (const { slot, words } of rule.conditions) conditions.push(slot, words)
      }
      profiles.push(skip, first, own.length, this.addPrefixes(prefixes), prefixes.length)
      profiles.push(writer.constants.providers[index]!)
    })
    this.set('PROFILES', this.numbers(profiles))
    this.set('RULES', this.numbers(all))
    this.set('CONDITIONS', this.numbers(conditions))
    this.set('PREFIXES', this.numbers(this.prefixes))
  }

  /** @returns the number of the first */
  private addPrefixes(prefixes: readonly Uint8Array[]): number {
    const first = this.prefixes.length / 2
    for (const prefix of prefixes) this.prefixes.push(this.bytes(prefix), prefix.length)
    return first
  }

  /** @returns its address, as of all below */
  private table({ slots, texts }: BytesTable): number {
    const places = texts.flatMap((text) => [this.bytes(text), text.length])
    return this.numbers([slots.length - 1, ...slots, ...places])
  }

  private numbers(numbers: ArrayLike<number>): number {
    const at = this.room(numbers.length * 4)
    this.stages.numbers(at, numbers.length).set(numbers)
    return at
  }

  private bytes(bytes: Uint8Array): number {
    const at = this.room(bytes.length)
    this.stages.bytes(at, bytes.length).set(bytes)
    return at
  }

  private room(bytes: number): number {
    const { at } = this
    if (at + bytes > this.end) throw new NoRoom()
    this.at = (at + bytes + 7) & ~7
    return at
  }

  private set(place: string, value: number): void {
    this.stages.numbers(this.stages.place(place), 1)[0] = value
  }
}

function wordOf(words: BytesTable, text: string): number {
  const bytes = Buffer.from(text)
  return words.find(bytes, 0, bytes.length)
}
