/** Attribute names of the native contract and of the OpenTelemetry semantic conventions that Runlens reads. */

/** Native contract: what Runlens' own instrumentation puts on an execution's or a step's span. */
export const RUNLENS = {
  executionId: 'runlens.execution.id',
  executionKind: 'runlens.execution.kind',
  executionName: 'runlens.execution.name',
  executionStatus: 'runlens.execution.status',
  executionMode: 'runlens.execution.mode',
  executionProgress: 'runlens.execution.progress',
  executionQueuedAt: 'runlens.execution.queued_at',
  executionExpectedEnd: 'runlens.execution.expected_end',
  executionParentId: 'runlens.execution.parent_id',
  executionRetryOf: 'runlens.execution.retry_of',
  executionReplayOf: 'runlens.execution.replay_of',
  executionAttempt: 'runlens.execution.attempt',
  executionInput: 'runlens.execution.input',
  executionOutput: 'runlens.execution.output',
  workflowId: 'runlens.workflow.id',
  workflowName: 'runlens.workflow.name',
  workflowVersion: 'runlens.workflow.version',
  stepId: 'runlens.step.id',
  stepName: 'runlens.step.name',
  stepType: 'runlens.step.type',
  stepIndex: 'runlens.step.index',
  stepStatus: 'runlens.step.status',
  stepAttempt: 'runlens.step.attempt',
  stepInput: 'runlens.step.input',
  stepOutput: 'runlens.step.output',
  stepItemsIn: 'runlens.step.items_in',
  stepItemsOut: 'runlens.step.items_out',
  tenantHint: 'runlens.tenant.hint',
} as const

/** Query tracking (native contract). */
export const RUNLENS_QUERY = {
  complexity: 'runlens.query.complexity',
  totalRows: 'runlens.query.total_rows',
  page: 'runlens.query.page',
  pageSize: 'runlens.query.page_size',
} as const

/** Query tracking: three maps, one attribute per member (`runlens.query.connection.host`). */
export const RUNLENS_QUERY_MAPS = {
  connection: 'runlens.query.connection.',
  request: 'runlens.query.request.',
  response: 'runlens.query.response.',
} as const

/** Sessions that are shown while they run (native contract). */
export const RUNLENS_VISUAL = {
  enabled: 'runlens.visual.enabled',
  streaming: 'runlens.visual.streaming',
  quality: 'runlens.visual.quality',
  sessionId: 'runlens.visual.session_id',
  eventsCaptured: 'runlens.visual.events_captured',
  streamDurationSeconds: 'runlens.visual.stream_duration_s',
} as const

/**
 * On the entry of an execution that was read out of an engine's own records, after the event: which engine (`n8n`). Where the engine's telemetry tells
 * of the same execution too, that counts, and the records only fill what it leaves out.
 */
export const SYNC_SOURCE = 'runlens.sync.source'

/** Beside it where the records did not hold all of its nodes: why. */
export const SYNC_MISSING = 'runlens.sync.missing'
