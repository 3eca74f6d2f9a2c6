/** From stored spans to executions and rollups. */
export * from './worker.ts'
