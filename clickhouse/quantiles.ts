/**
 * Durations as logarithmic buckets, so that `quantilesTiming` (exact below 1 024) keeps percentiles within 1.1 %.
 *
 * Bucket 0 holds what is shorter than the unit. Bucket b > 0 holds [unit · 1.022^(b-1), unit · 1.022^b) and reads back as
 * its geometric middle, so the error is at most sqrt(1.022) - 1 = 1.094 %. The last exact bucket ends at unit · 4.6e9;
 * beyond it the state rounds to 16 buckets.
 */

/** What one bucket is to the next. */
const RATIO = 1.022

/** The levels that every stored state answers, in order. */
export const QUANTILE_LEVELS = [0.5, 0.75, 0.9, 0.95, 0.99] as const

export interface DurationScale {
  /** Milliseconds below which durations are not told apart. */
  readonly unitMs: number
}

/** 0.25 ms to 13 days. */
export const EXECUTION_SCALE: DurationScale = { unitMs: 0.25 }
/** 0.025 ms to 32 hours. */
export const STEP_SCALE: DurationScale = { unitMs: 0.025 }

/** SQL for the bucket (UInt16) of a duration in milliseconds; `expression` must not be NULL. */
export function durationBucketSql(expression: string, { unitMs }: DurationScale): string {
  return `toUInt16(if(${expression} < ${unitMs}, 0, 1 + floor(log(${expression} / ${unitMs}) / log(${RATIO}))))`
}

/** SQL for the duration in milliseconds that a bucket stands for; NaN (a quantile over nothing) becomes NULL. */
export function bucketDurationSql(expression: string, { unitMs }: DurationScale): string {
  return `if(isNaN(${expression}), NULL, if(${expression} < 1, ${unitMs / 2}, ${unitMs} * pow(${RATIO}, ${expression} - 0.5)))`
}

/** The same where the bucket has been read. */
export function bucketDuration(bucket: number, { unitMs }: DurationScale): number {
  return bucket < 1 ? unitMs / 2 : unitMs * RATIO ** (bucket - 0.5)
}

/** SQL for the merged quantiles of a state column in milliseconds, one array in the order of {@link QUANTILE_LEVELS}. */
export function durationQuantilesSql(column: string, scale: DurationScale): string {
  return `arrayMap(b -> ${bucketDurationSql('b', scale)}, quantilesTimingMerge(${QUANTILE_LEVELS.join(', ')})(${column}))`
}
