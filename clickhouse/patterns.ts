/**
 * SQL that finds patterns in a series of counts: hours that are not as such hours usually are, and bursts of a few minutes. The API asks it for a
 * range, the worker for what just happened; both put their own series in.
 *
 * The usual is robust: the median of hours like the one looked at, and the median of their distances from it (MAD), which a few odd hours do not
 * move. 1.4826 · MAD is the standard deviation where values are normally distributed; the score is the distance in these (modified z-score,
 * Iglewicz and Hoaglin, 1993, who advise 3.5 as the bound).
 */

/** Beyond it a value is not usual. */
export const SCORE_MIN = 3.5

/** How many hours of each sort make the usual: of eight weeks, four, and three days. */
const WEEKS = 8
const DAYS = 28
const RECENT_HOURS = 72
const SAMPLES_MIN = { week: 3, day: 5, recent: 24 } as const

/** How far back a series must reach for every hour after its start to be judged by all of its history. */
export const HISTORY_SECONDS = WEEKS * 604_800

/** Fewer executions say nothing about a rate or an average. */
const EXECUTIONS_MIN = 5

/** What {@link unusualHoursSql} and {@link burstsSql} give. */
export interface PatternRow {
  /** `spike` and `drop` of the count of an hour; `failures`: too many of them; `slow`: too long on average; `burst`: a few minutes. */
  pattern: 'spike' | 'drop' | 'failures' | 'slow' | 'burst'
  /** Seconds since the epoch. */
  starts_s: number
  ends_s: number
  /** Executions, percent of failures, milliseconds on average; of a burst executions in its busiest minute. */
  value: number
  expected: number
  expected_low: number
  expected_high: number
  score: number
  /** What the expected follows from: `hour_of_week`, `hour_of_day`, `recent` hours; of a burst the `minutes` before. */
  basis: string
  samples: number
  executions: string | number
  failures: string | number
  reason: string
}

/** Columns of {@link PatternRow}, in order. */
export const PATTERN_COLUMNS = [
  'pattern',
  'starts_s',
  'ends_s',
  'value',
  'expected',
  'expected_low',
  'expected_high',
  'score',
  'basis',
  'samples',
  'executions',
  'failures',
  'reason',
] as const satisfies readonly (keyof PatternRow)[]

const MEDIAN = "'quantileExactInclusive(0.5)'"
const ROWS = PATTERN_COLUMNS.join(', ')

/** What an hour is compared with. */
const WINDOWS = {
  week: `PARTITION BY at % 604800 ORDER BY at ROWS BETWEEN ${WEEKS} PRECEDING AND 1 PRECEDING`,
  day: `PARTITION BY at % 86400 ORDER BY at ROWS BETWEEN ${DAYS} PRECEDING AND 1 PRECEDING`,
  recent: `ORDER BY at ROWS BETWEEN ${RECENT_HOURS} PRECEDING AND 1 PRECEDING`,
} as const

/** The value of each measure in an hour; NULL where there is none, which groupArray leaves out. */
const MEASURES = {
  executions: 'toFloat64(n)',
  failures: 'if(success + failure > 0, 100 * failure / (success + failure), NULL)',
  duration: 'if(durations > 0, duration_sum / durations, NULL)',
} as const

export interface UnusualHours {
  /** Rows `(at, n, success, failure, durations, duration_sum)`, ordered by `at`: starts of hours in seconds. Hours without any may be missing. */
  series: string
  /** SQL for the hours to judge: first start, and end of the last (seconds). */
  from: string
  to: string
}

/** Hours in which something is not as it usually is. */
export function unusualHoursSql({ series, from, to }: UnusualHours): string {
  const samples = Object.entries(MEASURES).flatMap(([measure, value]) =>
    Object.keys(WINDOWS).map((sort) => `groupArray(${value}) OVER ${sort} AS ${measure}_${sort}`),
  )
  const windows = Object.entries(WINDOWS).map(([name, window]) => `${name} AS (${window})`)
  const measured = Object.entries(MEASURES).map(
    ([measure, value]) => `('${measure}', ifNull(${value}, nan), ${measure}_week, ${measure}_day, ${measure}_recent)`,
  )
  return `SELECT ${ROWS}
FROM (
  SELECT
    *,
    multiIf(measure = 'failures', 'failures', measure = 'duration', 'slow', score > 0, 'spike', 'drop') AS pattern,
    at AS starts_s,
    toUInt32(at + 3600) AS ends_s,
    greatest(expected - ${SCORE_MIN} * sigma, 0) AS expected_low,
    expected + ${SCORE_MIN} * sigma AS expected_high,
    n AS executions,
    failure AS failures,
    ${reasonSql()} AS reason
  FROM (
    SELECT
      *,
      multiIf(
        measure = 'executions', greatest(1.4826 * mad, sqrt(expected), 1),
        measure = 'failures', greatest(1.4826 * mad, sqrt(greatest(expected, 1) * (100 - least(expected, 99)) / greatest(success + failure, 1)), 1),
        greatest(1.4826 * mad, 0.1 * expected, 0.001)) AS sigma,
      (value - expected) / sigma AS score
    FROM (
      SELECT
        *,
        multiIf(length(week) >= ${SAMPLES_MIN.week}, 'hour_of_week', length(day) >= ${SAMPLES_MIN.day}, 'hour_of_day', 'recent') AS basis,
        multiIf(basis = 'hour_of_week', week, basis = 'hour_of_day', day, recent) AS usual,
        toUInt32(length(usual)) AS samples,
        arrayReduce(${MEDIAN}, usual) AS expected,
        arrayReduce(${MEDIAN}, arrayMap(x -> abs(x - expected), usual)) AS mad
      FROM (
        SELECT
          at, n, success, failure, durations,
          measured.1 AS measure, measured.2 AS value, measured.3 AS week, measured.4 AS day, measured.5 AS recent
        FROM (
          SELECT
            *,
            ${samples.join(',\n            ')}
          FROM (
${series.replace(/^/gm, '            ')}
            ORDER BY at WITH FILL TO ${to} STEP 3600
          )
          WINDOW
            ${windows.join(',\n            ')}
        )
        ARRAY JOIN [
          ${measured.join(',\n          ')}
        ] AS measured
        WHERE at >= ${from} AND at < ${to}
      )
      WHERE isFinite(value) AND (length(week) >= ${SAMPLES_MIN.week} OR length(day) >= ${SAMPLES_MIN.day} OR length(recent) >= ${SAMPLES_MIN.recent})
    )
  )
  WHERE multiIf(
    measure = 'executions', abs(score) > ${SCORE_MIN},
    measure = 'failures', score > ${SCORE_MIN} AND success + failure >= ${EXECUTIONS_MIN},
    score > ${SCORE_MIN} AND durations >= ${EXECUTIONS_MIN})
)`
}

/** One sentence that a person understands. */
function reasonSql(): string {
  const usually =
    "multiIf(basis = 'hour_of_week', 'at this hour of the week', basis = 'hour_of_day', 'at this hour of the day', 'in an hour')"
  const seconds = (value: string) => `toString(round((${value}) / 1000, 2))`
  const whole = (value: string) => `toString(toUInt64(round(${value})))`
  const high = `expected + ${SCORE_MIN} * sigma`
  const low = `greatest(expected - ${SCORE_MIN} * sigma, 0)`
  return `multiIf(
      measure = 'executions', concat(toString(n), ' executions started; ', ${whole(low)}, ' to ', ${whole(high)}, ' are usual ', ${usually}),
      measure = 'failures', concat(toString(round(value, 1)), ' % of ', toString(success + failure), ' executions failed; up to ', toString(round(least(${high}, 100), 1)), ' % is usual ', ${usually}),
      concat('executions took ', ${seconds('value')}, ' s on average; up to ', ${seconds(high)}, ' s is usual ', ${usually}))`
}

/** Minutes before one that make what is usual for it, and how many of them must be there. */
const MINUTES = 60
const MINUTES_MIN = 15
/** A minute of fewer executions is no burst, however quiet it was before. */
const BURST_MIN = 10
/** A burst is far beyond the usual. */
const BURST_SCORE_MIN = 6

/** How far before its range a series of minutes must begin. */
export const BURST_HISTORY_SECONDS = MINUTES * 60

export interface Bursts {
  /** As `UnusualHours.series`, by minutes. */
  series: string
  /** SQL for the first minute to judge, and the end of the last (seconds). */
  from: string
  to: string
}

/** Minutes side by side in which far more executions started than in the hour before. */
export function burstsSql({ series, from, to }: Bursts): string {
  return `SELECT
  'burst' AS pattern,
  min(at) AS starts_s,
  toUInt32(max(at) + 60) AS ends_s,
  toFloat64(max(n)) AS value,
  argMin(usual, at) AS expected,
  toFloat64(0) AS expected_low,
  argMin(bound, at) AS expected_high,
  max((n - usual) / sigma) AS score,
  'minutes' AS basis,
  argMin(minutes, at) AS samples,
  sum(n) AS executions,
  sum(failure) AS failures,
  concat(toString(sum(n)), ' executions started in ', toString(count()), if(count() = 1, ' minute; ', ' minutes; '), toString(round(argMin(usual, at), 1)), ' a minute are usual') AS reason
FROM (
  SELECT *, at - 60 * row_number() OVER (ORDER BY at) AS island
  FROM (
    SELECT
      at, n, failure,
      toUInt32(length(before)) AS minutes,
      arrayReduce(${MEDIAN}, before) AS usual,
      greatest(1.4826 * arrayReduce(${MEDIAN}, arrayMap(x -> abs(x - usual), before)), sqrt(usual), 1) AS sigma,
      usual + ${BURST_SCORE_MIN} * sigma AS bound
    FROM (
      SELECT
        *,
        groupArray(toFloat64(n)) OVER (ORDER BY at ROWS BETWEEN ${MINUTES} PRECEDING AND 1 PRECEDING) AS before
      FROM (
${series.replace(/^/gm, '        ')}
        ORDER BY at WITH FILL TO ${to} STEP 60
      )
    )
    WHERE at >= ${from} AND at < ${to} AND n >= ${BURST_MIN} AND length(before) >= ${MINUTES_MIN}
  )
  WHERE n > bound
)
GROUP BY island`
}
