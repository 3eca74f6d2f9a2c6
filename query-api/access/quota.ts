/** How much one question may ask for: its range and its rows, under whatever names a view has for them. */
import { invalidParameter } from '../problem.ts'
import type { Services } from '../routes/route.ts'
import { parseTime } from '../time.ts'

const NS_PER_DAY = 86_400_000_000_000n

/**
 * Checks parameters or a body that its schema let through. What nobody asked for, a default, is lowered instead.
 * @param isGiven whether the request itself named a field
 * @throws ProblemError `invalid_parameter`
 */
export function checkQuota(
  { access, now }: Pick<Services, 'access' | 'now'>,
  values: unknown,
  isGiven: (field: string) => boolean,
): void {
  if (typeof values !== 'object' || values === null) return
  const { rangeDaysMax, rowsPerAnswerMax } = access.settings.quota
  const asked = values as Record<string, unknown>
  for (const field of ['limit', 'page_size']) {
    if (Number(asked[field] ?? 0) <= rowsPerAnswerMax) continue
    if (!isGiven(field)) asked[field] = rowsPerAnswerMax
    else {
      throw invalidParameter(field, `at most ${rowsPerAnswerMax} rows are given at once (quota.rowsPerAnswerMax)`)
    }
  }
  if (rangeDaysMax === 0) return
  for (const [field, days] of rangesOf(asked, now)) {
    if (days > rangeDaysMax) {
      throw invalidParameter(field, `a range may have at most ${rangeDaysMax} days (quota.rangeDaysMax)`)
    }
  }
}

/** Every way in which a request may say how long its range is, with its days. */
function rangesOf(asked: Record<string, unknown>, now: () => number): [field: string, days: number][] {
  const ranges: [string, number][] = [
    ['days', Number(asked.days ?? 0)],
    ['hours', Number(asked.hours ?? 0) / 24],
  ]
  for (const field of ['time_range', 'timeframe']) {
    const [, count, unit] = /^(\d+)([hd])$/.exec(String(asked[field] ?? '')) ?? []
    if (count !== undefined) ranges.push([field, Number(count) / (unit === 'h' ? 24 : 1)])
  }
  if (typeof asked.from === 'string') {
    const to = typeof asked.to === 'string' ? parseTime(asked.to) : BigInt(now()) * 1_000_000n
    ranges.push(['from', Number((to - parseTime(asked.from)) / NS_PER_DAY)])
  }
  return ranges
}
