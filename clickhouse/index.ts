/** Rows at rest: tables as values, the client, migrations. The embedded server is a process of its own (`embedded/main.ts`). */

export * from './arrival-columns.ts'
export * from './client.ts'
export * from './insert-rows.ts'
export * from './migrate.ts'
export * from './quantiles.ts'
export * from './read-arrived-spans.ts'
export * from './read-trace-spans.ts'
export * from './row-binary.ts'
export * from './span-range.ts'
export * from './sql-lists.ts'
export * from './tables/index.ts'
export * from './trace-ids.ts'
