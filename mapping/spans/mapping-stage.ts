/** Who may map spans in place of the mapper, where that is cheaper; the mapper stays the reference, and does what is left. */
import type { TraceTape } from '@runlens/otlp'
import type { AttributeScan } from './attribute-scan.ts'
import type { CompiledProfiles } from './compile.ts'
import type { FieldWriter } from './field-writer.ts'
import type { ColumnArrays } from './mapped-columns.ts'
import type { RoleRules } from './role-rules.ts'

/** What the mapper knows: it holds for all requests. */
export interface MappingTables {
  compiled: CompiledProfiles
  rules: Pick<RoleRules, 'profiles' | 'readsNames'>
  writer: Pick<FieldWriter, 'constants'>
}

export interface MappingStage {
  /** Where it writes the columns. */
  readonly arrays: ColumnArrays
  /** Of the last {@link map}: spans that it did not map. */
  readonly left: Int32Array
  /** Likewise: spans whose workflow's name is two attributes' values with a blank between, as `JoinedTexts` makes it. */
  readonly joined: { readonly spans: Int32Array; readonly before: Int32Array; readonly after: Int32Array }
  /** Before the first request. @returns whether it has room for the tables; it is not used otherwise */
  learn(tables: MappingTables): boolean
  /** @param known index in the compiled keys of each key of the tape; -1 for none. @returns whether it can map the tape */
  begin(tape: TraceTape, known: Int32Array): boolean
  /**
   * Maps spans from `first` on that have its scope, which says `scope` together with its resource.
   * @returns how far it came; the same object each time
   */
  map(first: number, scope: AttributeScan, instanceStart: number, instanceEnd: number): MappedRun
}

export interface MappedRun {
  /** The span behind those that were looked at. */
  end: number
  /** How many of them are in {@link MappingStage.left}. */
  left: number
  /** How many of them are in {@link MappingStage.joined}. */
  joined: number
}
