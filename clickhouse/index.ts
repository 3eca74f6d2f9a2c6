/** Rows at rest: tables as values, the client, migrations. The embedded server is a process of its own (`embedded/main.ts`). */
export * from './tables/index.ts'
