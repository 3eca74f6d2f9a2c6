/** An execution as a log of a graph run. */
import { EXECUTION_KINDS, type ExecutionKind, type Status } from '@runlens/conventions'
import { firstCharacters, lastMessage, type Speaker } from '../../last-message.ts'
import type { ExecutionColumns } from '../../questions/execution-columns.ts'
import type { ListedMore } from '../../questions/list-executions.ts'
import type { RunLog } from '../../schema/monitoring.ts'
import { known } from '../../shape-execution.ts'
import { wordOf } from '../../status-words.ts'
import { formatTimeText } from '../../time.ts'

/** Characters of a message in a list. */
const CUT_AT = 200

/** The kinds that this view covers: a query or a request is no run of a graph unless it is asked for. */
export function kindsOf(kind: readonly ExecutionKind[] | undefined): readonly ExecutionKind[] {
  return kind ?? EXECUTION_KINDS.filter((each) => each !== 'query' && each !== 'request')
}

export function shapeLog(
  row: ExecutionColumns & Pick<ListedMore, 'input' | 'output' | 'failed_step_names'>,
  length: 'cut' | 'whole',
): RunLog {
  const fitting = (text: string) => known(length === 'cut' ? firstCharacters(text, CUT_AT) : text)
  const message = (payload: string, speaker: Speaker) => fitting(lastMessage(payload, speaker))
  return {
    id: row.execution_id,
    conversation_id: known(row.conversation_id),
    user_id: known(row.user_id),
    request_message: message(row.input, 'user'),
    response_message: message(row.output, 'assistant'),
    status: wordOf('monitoring', row.shown_status as Status),
    started_at: formatTimeText(row.started_ns),
    completed_at: formatTimeText(row.ended_ns),
    total_duration_ms: row.duration_ms,
    failed_nodes: row.failed_step_names,
    error_summary: fitting(row.error_message || row.error_type),
  }
}
