/** Queries over `v_execution_minutes`: counts, rates and percentiles, in buckets of the panel's interval or by workflow. */
import { bucketDurationSql, EXECUTION_SCALE, FAILURES, QUANTILE_LEVELS, wordList } from '@runlens/clickhouse'
import { OPEN_STATUSES } from '@runlens/conventions'
import { ENVIRONMENT, FINAL, HOURS, KIND, MINUTES, TENANT, WORKFLOW, where } from './conditions.ts'
import { STORED_STATUSES } from './status-colours.ts'

const FROM = `FROM v_execution_minutes\n${where(TENANT, MINUTES, KIND, ENVIRONMENT, WORKFLOW)}`

/** Every bucket of the range, empty ones with zeros. */
const ZERO_FILLED = `GROUP BY time
ORDER BY time WITH FILL
  FROM toStartOfInterval($__fromTime, INTERVAL $__interval_s second) TO $__toTime STEP $__interval_s`

const count = (condition: string) => `sumIf(executions, ${condition})`

export const COUNTS = {
  executions: 'sum(executions)',
  failures: count(`status IN ${FAILURES}`),
  running: count(`status IN ${wordList(OPEN_STATUSES)}`),
} as const

/** Success ÷ everything final, in percent; NULL over nothing. */
export const SUCCESS_RATE = `100 * ${count("status = 'success'")} / nullIf(${count(`status IN ${FINAL}`)}, 0)`

/** A percentile in milliseconds over final executions that have a duration; NULL over none. */
export function percentile(level: (typeof QUANTILE_LEVELS)[number]): string {
  const merged = `quantilesTimingMergeIf(${QUANTILE_LEVELS.join(', ')})(duration_bucket, status IN ${FINAL})`
  return `arrayMap(b -> ${bucketDurationSql('b', EXECUTION_SCALE)}, ${merged})[${QUANTILE_LEVELS.indexOf(level) + 1}]`
}

/** A count in every bucket. */
export function countOverTime(name: keyof typeof COUNTS): string {
  return `SELECT $__timeInterval(minute) AS time, ${COUNTS[name]} AS ${name}\n${FROM}\n${ZERO_FILLED}`
}

/** Executions in every bucket, a column per status. */
export function statusesOverTime(): string {
  const columns = STORED_STATUSES.map((status) => `${count(`status = '${status}'`)} AS ${status}`)
  return `SELECT $__timeInterval(minute) AS time,\n  ${columns.join(',\n  ')}\n${FROM}\n${ZERO_FILLED}`
}

/** Figures that don't add up, in every bucket that has executions. */
export function figuresOverTime(figures: Readonly<Record<string, string>>): string {
  return `SELECT $__timeInterval(minute) AS time,\n  ${columnsOf(figures)}\n${FROM}\nGROUP BY time\nORDER BY time`
}

/** The same with one more row, the last: the figure over the whole range, at its end. */
export function figureWithWhole(name: string, figure: string): string {
  return `SELECT if(grouping(bucket) = 1, $__toTime, bucket) AS time, ${figure} AS ${name}
FROM
(
  SELECT $__timeInterval(minute) AS bucket, status, executions, duration_bucket
  ${FROM.replaceAll('\n', '\n  ')}
)
GROUP BY GROUPING SETS ((bucket), ())
ORDER BY time, grouping(bucket)`
}

/** The name that each workflow of the range has now; `workflow_id` where no rebuilt hour tells one. */
const NAMES = `SELECT workflow_id, argMax(workflow_name, last_started_at) AS name
  FROM execution_hours
  ${where(TENANT, HOURS).replaceAll('\n', '\n  ')}
  GROUP BY workflow_id`
const NAME = "if(name = '', workflow_id, name)"

/** Those that failed most first. */
export function workflows(): string {
  return `SELECT ${NAME} AS workflow, total AS executions, failures, success_rate, p95
FROM
(
  SELECT workflow_id,
  ${columnsOf({ total: COUNTS.executions, failures: COUNTS.failures, success_rate: SUCCESS_RATE, p95: percentile(0.95) })}
  ${FROM.replaceAll('\n', '\n  ')}
  GROUP BY workflow_id
) AS figures
LEFT JOIN
(
  ${NAMES}
) AS names USING workflow_id
ORDER BY failures DESC, executions DESC, workflow
LIMIT 100`
}

/** What the variable `workflow` offers: value and label. */
export function workflowOptions(): string {
  return `SELECT hex(workflow_id) AS value, ${NAME} AS label
FROM
(
  SELECT DISTINCT workflow_id
  FROM v_execution_minutes
  ${where(TENANT, MINUTES, KIND, "workflow_id != ''").replaceAll('\n', '\n  ')}
) AS seen
LEFT JOIN
(
  ${NAMES}
) AS names USING workflow_id
ORDER BY label
LIMIT 1000`
}

/** What the variable `environment` offers: value and label. */
export function environmentOptions(): string {
  return `SELECT DISTINCT hex(environment) AS value, environment AS label
FROM v_execution_minutes
${where(TENANT, MINUTES, "environment != ''")}
ORDER BY label
LIMIT 1000`
}

function columnsOf(figures: Readonly<Record<string, string>>): string {
  return Object.entries(figures)
    .map(([name, sql]) => `${sql} AS ${name}`)
    .join(',\n  ')
}
