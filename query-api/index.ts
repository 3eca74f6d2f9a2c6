/** The query API as others may see it: its start, and the codes of its problems. The process is `main.ts`. */
export * from './problem-codes.ts'
export { type QueryApi, type QueryApiSettings, startQueryApi } from './start.ts'
