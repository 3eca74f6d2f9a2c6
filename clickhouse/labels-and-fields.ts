/** What mapping read of a span, out of its two documents: parsed here, because a look-up in SQL would read the document once for each field. */
import { MARKER_KINDS, MARKER_NUMBER, type MarkerKind, type SettleSpan } from '@runlens/conventions'

export type Labels = Pick<
  SettleSpan,
  | 'attempt'
  | 'rule'
  | 'status_explicit'
  | 'provider'
  | 'execution_kind'
  | 'instance'
  | 'workflow_id'
  | 'workflow_name'
  | 'workflow_version'
  | 'mode'
  | 'environment'
  | 'step_name'
  | 'step_type'
  | 'error_type'
  | 'response_status_code'
  | 'database_type'
  | 'marker'
> & {
  input_key: string
  output_key: string
  attribute_keys: readonly string[]
}

export type Fields = Pick<
  SettleSpan,
  | 'execution_id'
  | 'user_id'
  | 'conversation_id'
  | 'error_message'
  | 'error_stack'
  | 'query'
  | 'query_complexity'
  | 'query_page'
  | 'query_page_size'
  | 'parent_execution_id'
  | 'retry_of'
  | 'replay_of'
  | 'rows_total'
  | 'rows_returned'
  | 'progress'
  | 'queued_at'
  | 'expected_end_at'
  | 'recorded_at'
>

/** As they stand in the document: a number of JavaScript does not hold a time. What is not said is left out. */
export type WrittenFields = Partial<FieldsAsText>
type FieldsAsText = Omit<Fields, 'queued_at' | 'expected_end_at' | 'recorded_at'> & {
  queued_at: string
  expected_end_at: string
  recorded_at: string
}

/** `marker` stands there by its number. */
type WrittenLabels = Omit<Labels, 'marker'> & { marker: number }

const MARKER_OF = new Map<number, MarkerKind>(MARKER_KINDS.map((kind) => [MARKER_NUMBER[kind], kind]))

/** What is not said. */
const NO_LABELS: Labels = {
  attempt: 0,
  rule: 0,
  status_explicit: 0,
  provider: '',
  execution_kind: '',
  instance: '',
  workflow_id: '',
  workflow_name: '',
  workflow_version: '',
  mode: '',
  environment: '',
  step_name: '',
  step_type: '',
  error_type: '',
  response_status_code: '',
  database_type: '',
  marker: '',
  input_key: '',
  output_key: '',
  attribute_keys: [],
}

const NO_FIELDS: Fields = {
  execution_id: '',
  user_id: '',
  conversation_id: '',
  error_message: '',
  error_stack: '',
  query: '',
  query_complexity: '',
  query_page: '',
  query_page_size: '',
  parent_execution_id: '',
  retry_of: '',
  replay_of: '',
  rows_total: null,
  rows_returned: null,
  progress: null,
  queued_at: null,
  expected_end_at: null,
  recorded_at: 0n,
}

/** Reads `labels_json`; each different text once, so one of these is made for each result. */
export function labelsReader(): (json: string) => Labels {
  const known = new Map<string, Labels>([['', NO_LABELS]])
  return (json) => {
    let labels = known.get(json)
    if (labels === undefined) {
      const { marker = 0, ...written } = JSON.parse(json) as Partial<WrittenLabels>
      labels = { ...NO_LABELS, ...written, marker: MARKER_OF.get(marker) ?? '' }
      known.set(json, labels)
    }
    return labels
  }
}

/** Reads `fields_json`. One literal: to spread what is not said under what is took most of it. */
export function readFields(json: string): Fields {
  if (json === '') return NO_FIELDS
  const told = JSON.parse(json) as WrittenFields
  return {
    execution_id: told.execution_id ?? '',
    user_id: told.user_id ?? '',
    conversation_id: told.conversation_id ?? '',
    error_message: told.error_message ?? '',
    error_stack: told.error_stack ?? '',
    query: told.query ?? '',
    query_complexity: told.query_complexity ?? '',
    query_page: told.query_page ?? '',
    query_page_size: told.query_page_size ?? '',
    parent_execution_id: told.parent_execution_id ?? '',
    retry_of: told.retry_of ?? '',
    replay_of: told.replay_of ?? '',
    rows_total: told.rows_total ?? null,
    rows_returned: told.rows_returned ?? null,
    progress: told.progress ?? null,
    queued_at: told.queued_at === undefined ? null : BigInt(told.queued_at),
    expected_end_at: told.expected_end_at === undefined ? null : BigInt(told.expected_end_at),
    recorded_at: told.recorded_at === undefined ? 0n : BigInt(told.recorded_at),
  }
}
