/** What columns of `executions` are made of, in the memory of the compiled stages: numbers and names as in `assembly/streams.ts`. */
import type { CompiledModule } from '@runlens/runtime'

/** Rows of one block. */
export const BLOCK_ROWS_MAX = 24_576
/** Elements of arrays (steps, queries, attributes) in one block; one row has 256 at most. */
const ELEMENTS_MAX = 131_072
/** Bytes of texts in one block, of which one row has {@link SLACK} at most. */
const SHORT = 2 * 1024 * 1024
const LONG = 8 * 1024 * 1024
const SLACK = 512 * 1024

/** Bytes for rows, for elements, or of texts. */
const row = (bytes: number) => BLOCK_ROWS_MAX * bytes
const element = (bytes: number) => ELEMENTS_MAX * bytes

/** How much is written until the block is closed. */
const SIZES = {
  anchor: row(8),
  executionId: SHORT,
  instance: SHORT,
  kind: SHORT,
  provider: SHORT,
  workflowId: SHORT,
  workflowName: SHORT,
  workflowVersion: SHORT,
  mode: SHORT,
  environment: SHORT,
  service: SHORT,
  userId: SHORT,
  conversationId: SHORT,
  databaseType: SHORT,
  query: LONG,
  startedAt: row(8),
  endedAt: row(8),
  lastSeenAt: row(8),
  noDuration: row(1),
  duration: row(8),
  responseStatusCode: SHORT,
  stepCount: row(4),
  noRowsTotal: row(1),
  rowsTotal: row(8),
  noRowsReturned: row(1),
  rowsReturned: row(8),
  traceId: row(16),
  spanId: row(8),
  stepEnds: row(8),
  stepName: LONG,
  stepType: SHORT,
  stepStatus: element(1),
  stepDuration: element(4),
  queryEnds: row(8),
  queryKey: element(24),
  queryStartedAt: element(8),
  queryEndedAt: element(8),
  queryDatabaseType: SHORT,
  queryStatus: element(1),
  queryText: LONG,
  queryNoRowsTotal: element(1),
  queryRowsTotal: element(8),
  queryNoRowsReturned: element(1),
  queryRowsReturned: element(8),
  queryCount: row(4),
  parentExecutionId: SHORT,
  retryOf: SHORT,
  replayOf: SHORT,
  attempt: row(2),
  input: LONG,
  output: LONG,
  attributeEnds: row(8),
  attributeKey: LONG,
  attributeValue: LONG,
  statusExplicit: row(1),
  status: row(1),
  segmentStatus: row(1),
  errorType: SHORT,
  errorClass: SHORT,
  errorMessage: LONG,
  errorStack: LONG,
  errorFingerprint: SHORT,
  failedStep: SHORT,
  failedNameEnds: row(8),
  failedName: SHORT,
  failedSteps: row(4),
  queryDetails: LONG,
}
export type Stream = keyof typeof SIZES
export const STREAMS = Object.keys(SIZES) as Stream[]

/** Tells the compiled stages where each stream begins, and up to where it may be when one more row is begun. */
export function placeStreams(module: CompiledModule<unknown>): void {
  const starts = module.numbers(module.place('STREAM_STARTS'), STREAMS.length)
  const limits = module.numbers(module.place('STREAM_LIMITS'), STREAMS.length)
  let at = module.place('STREAMS')
  STREAMS.forEach((name, n) => {
    starts[n] = at
    limits[n] = at + SIZES[name] - 1
    at += SIZES[name] + SLACK
  })
}
