/** Figures of one workflow over everything retained: how its runs went, in which modes, and what was seen of them. */
import { indent, nanoseconds, Parameters, type Question, rowsOf, type Scope } from '../question.ts'
import { FINAL, type Silence, shownStatus } from '../status.ts'

export interface WorkflowHistoryRow {
  total: string | number
  success: string | number
  failed: string | number
  cancelled: string | number
  final: string | number
  average_ms: number | null
  modes: Record<string, string | number>
  visual_enabled: string | number
  visual_streaming: string | number
  average_events: number | null
  average_stream_s: number | null
  last_ns: string
}

/** Modes that are told apart. */
const MODES_MAX = 100

export function workflowHistory(scope: Scope, workflowId: string, silence: Silence): Question<WorkflowHistoryRow> {
  const parameters = new Parameters()
  const rows = rowsOf('executions', scope, parameters, [
    `workflow_id = ${parameters.bind('workflow_id', 'String', workflowId)}`,
    "kind NOT IN ('query', 'request')",
  ])
  const sql = `SELECT
  count() AS total,
  countIf(shown = 'success') AS success,
  countIf(shown IN ('partial', 'failed', 'error', 'timeout', 'lost')) AS failed,
  countIf(shown = 'cancelled') AS cancelled,
  countIf(shown IN ${FINAL}) AS final,
  avgOrNullIf(assumeNotNull(duration_ms), shown IN ${FINAL} AND isNotNull(duration_ms)) AS average_ms,
  sumMap(map(if(mode = '', 'unknown', toString(mode)), toUInt64(1))) AS all_modes,
  CAST(arraySlice(arrayReverseSort(pair -> pair.2, CAST(all_modes, 'Array(Tuple(String, UInt64))')), 1, ${MODES_MAX}), 'Map(String, UInt64)') AS modes,
  countIf(is_enabled = 'true') AS visual_enabled,
  countIf(is_streamed = 'true') AS visual_streaming,
  avgOrNullIf(assumeNotNull(events), isNotNull(events)) AS average_events,
  avgOrNullIf(assumeNotNull(stream_s), isNotNull(stream_s)) AS average_stream_s,
  ${nanoseconds('max(started_at)')} AS last_ns
FROM (
${indent(`SELECT
  ${shownStatus(parameters, silence)} AS shown,
  duration_ms,
  mode,
  started_at,
  visual_enabled AS is_enabled,
  visual_streaming AS is_streamed,
  visual_events_captured AS events,
  visual_stream_duration_s AS stream_s
${rows}`)}
)`
  return { name: 'workflow-history', sql, params: parameters.values }
}
