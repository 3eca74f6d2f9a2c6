/** A table as a value: column name → ClickHouse type. Row types, block builders and the schema test derive from it. */

/** Column types in use; each has one row type below and one builder in `collector/blocks`. */
export type ColumnType =
  | 'String'
  | 'LowCardinality(String)'
  | `FixedString(${number})`
  | 'UInt8'
  | 'UInt16'
  | 'UInt32'
  | 'UInt64'
  | 'Int64'
  | 'Float32'
  | 'Float64'
  | 'DateTime'
  | 'DateTime64(3)'
  | 'DateTime64(6)'
  | 'DateTime64(9)'
  | `Enum8(${string})`
  | `Nullable(${'UInt64' | 'Float64' | 'Float32' | 'DateTime64(3)' | 'DateTime64(9)'})`
  | 'Map(LowCardinality(String), String)'
  | `Array(${string})`
  | `SimpleAggregateFunction(${string})`
  | `AggregateFunction(${string})`

export type Columns = Readonly<Record<string, ColumnType>>

export interface Table<C extends Columns = Columns> {
  readonly name: string
  readonly columns: C
}

/** Declares a table; the DDL stands in `migrations/` and a test holds the two together. */
export function table<const C extends Columns>(name: string, columns: C): Table<C> {
  return { name, columns }
}

/** A tuple comes as a record by the names of its elements. */
type Inner<T extends string> = T extends `Nullable(${infer I})`
  ? Cell<I> | null
  : T extends `Array(${infer I})`
    ? Cell<I>[]
    : T extends `SimpleAggregateFunction(${string}, ${infer I})`
      ? Cell<I>
      : T extends `Tuple(${string})`
        ? Record<string, unknown>
        : never

/** A cell as `JSONEachRow` gives it: 64-bit integers and times as strings, enums by name. */
export type Cell<T extends string> = T extends 'UInt8' | 'UInt16' | 'UInt32' | 'Float32' | 'Float64'
  ? number
  : T extends 'UInt64' | 'Int64'
    ? string
    : T extends 'Map(LowCardinality(String), String)'
      ? Record<string, string>
      : T extends
            | 'String'
            | 'LowCardinality(String)'
            | `FixedString(${number})`
            | `DateTime${string}`
            | `Enum8(${string})`
        ? string
        : Inner<T>

/** One row of a table in `JSONEachRow`. */
export type Row<T extends Table> = { [K in keyof T['columns']]: Cell<T['columns'][K]> }

/** The names in order, for an INSERT's column list. */
export function columnNames(of: Table): string[] {
  return Object.keys(of.columns)
}
