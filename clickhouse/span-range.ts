/** A range of starts as conditions that the key of `spans` follows from. */

/**
 * SQL: whether a span started in a range, both ends included. The key holds the five minutes of the start, and ClickHouse does not
 * conclude from the start to them: without them said, a trace was looked for in a whole day (four times the time).
 */
export function startedBetween(from: string, to: string): string[] {
  const bucket = (time: string) => `toStartOfFiveMinutes(${time}, 'UTC')`
  return [
    `${bucket('started_at')} >= ${bucket(from)}`,
    `${bucket('started_at')} <= ${bucket(to)}`,
    `started_at >= ${from}`,
    `started_at <= ${to}`,
  ]
}
