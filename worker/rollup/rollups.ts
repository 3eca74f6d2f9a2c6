/** The rollups that are rebuilt for an hour: what each is grouped by, and how its figures follow from executions. */
import {
  type DurationScale,
  ERROR_HOURS,
  ERROR_SAMPLE_TEXT_MAX,
  ERROR_SAMPLES_MAX,
  EXECUTION_HOURS,
  EXECUTION_HOURS_TOTAL,
  EXECUTION_MINUTES,
  EXECUTION_SCALE,
  FAILURES,
  NO_FINGERPRINT,
  STEP_HOURS,
  STEP_SCALE,
  type Table,
} from '@runlens/clickhouse'

export interface Rollup {
  table: Table
  /** The column that holds the time. */
  time: 'hour' | 'minute'
  /** Key columns between tenant and figures, each with the expression over `executions` that gives it. */
  keys: Readonly<Record<string, string>>
  /** Columns that are neither key nor figure: the latest value of this expression. */
  latest: Readonly<Record<string, string>>
  /** Sets of hashes: what is in these arrays over `executions`, each once. */
  sets: Readonly<Record<string, string>>
  /**
   * Columns made in a way of their own: the value over `executions`, what stands for it in keys that the hour has so far, and how values
   * (of rows that count: `n > 0`) become one.
   */
  others?: Readonly<Record<string, { value: string; none: string; aggregate: (part: string) => string }>>
  /** Which executions are counted, where not all are. */
  where?: string
  /** Name of the column that counts. */
  counted: string
  /** One row of the source for each row that is counted. */
  arrayJoin: string
  /** Nullable. */
  duration: string
  scale: DurationScale
  /** Figures beside count and durations: sums of these expressions. */
  sums: Readonly<Record<string, string>>
}

const HOUR = "toStartOfHour(started_at, 'UTC')"

const EXECUTIONS = {
  counted: 'executions',
  arrayJoin: '',
  duration: 'duration_ms',
  scale: EXECUTION_SCALE,
  sums: { queue_ms_sum: 'queue_ms', rows_total_sum: 'rows_total' },
} as const

const BY_WORKFLOW = {
  kind: 'kind',
  environment: 'environment',
  workflow_id: 'workflow_id',
  status: 'status',
} as const
const { workflow_id: _, ...OVER_WORKFLOWS } = BY_WORKFLOW

export const ROLLUPS: readonly Rollup[] = [
  {
    ...EXECUTIONS,
    table: EXECUTION_MINUTES,
    time: 'minute',
    keys: { minute: "toStartOfMinute(started_at, 'UTC')", ...BY_WORKFLOW },
    latest: {},
    sets: {},
  },
  {
    ...EXECUTIONS,
    table: EXECUTION_HOURS,
    time: 'hour',
    keys: { hour: HOUR, ...BY_WORKFLOW },
    latest: { workflow_name: 'workflow_name' },
    sets: { failed_users: `if(user_id != '' AND status IN ${FAILURES}, [sipHash128(user_id)], [])` },
  },
  {
    ...EXECUTIONS,
    table: EXECUTION_HOURS_TOTAL,
    time: 'hour',
    keys: { hour: HOUR, ...OVER_WORKFLOWS },
    latest: {},
    sets: {},
  },
  {
    table: STEP_HOURS,
    time: 'hour',
    keys: {
      hour: HOUR,
      workflow_id: 'workflow_id',
      environment: 'environment',
      kind: 'kind',
      step_type: 'step_type',
      step_name: 'step_name',
      step_status: 'step_status',
    },
    latest: {},
    sets: {},
    counted: 'steps',
    arrayJoin: `ARRAY JOIN steps.name AS step_name, steps.type AS step_type, steps.status AS step_status, steps.duration_ms AS step_ms`,
    duration: 'step_ms',
    scale: STEP_SCALE,
    sums: {},
  },
  {
    ...EXECUTIONS,
    table: ERROR_HOURS,
    time: 'hour',
    keys: {
      hour: HOUR,
      error_fingerprint: `if(error_fingerprint = '', '${NO_FINGERPRINT}', error_fingerprint)`,
      kind: 'kind',
      environment: 'environment',
      workflow_id: 'workflow_id',
    },
    latest: {
      workflow_name: 'workflow_name',
      error_type: 'error_type',
      error_class: 'error_class',
      failed_step: 'failed_step',
    },
    sets: { users: "if(user_id != '', [sipHash128(user_id)], [])" },
    others: {
      samples: {
        value: `(-toUnixTimestamp64Nano(started_at), execution_id, toString(instance), substringUTF8(error_message, 1, ${ERROR_SAMPLE_TEXT_MAX}))`,
        none: "(toInt64(0), '', '', '')",
        aggregate: (part) => `groupArraySortedIf(${ERROR_SAMPLES_MAX})(${part}, n > 0)`,
      },
      first_started_at: {
        value: 'started_at',
        none: 'toDateTime64(0, 9)',
        aggregate: (part) => `minIf(${part}, n > 0)`,
      },
    },
    where: `status IN ${FAILURES}`,
    sums: {},
  },
]
