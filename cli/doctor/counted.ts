/** Findings about what processes count by reason: what it was, since when, and what to do about each reason. */
import { type Finding, ok, warning } from './finding.ts'
import { formatMs } from './format.ts'
import type { Figures } from './prometheus.ts'

export interface CountedByReason {
  check: string
  /** What a clean count is called. */
  clean: string
  counts: ReadonlyMap<string, number>
  /** What to do, by reason; a reason that is not here is no finding. */
  remedies: Readonly<Record<string, string>>
}

/** One warning with a remedy for each reason that was counted, else `ok`. */
export function countedFinding(
  figures: Figures,
  now: number,
  { check, clean, counts, remedies }: CountedByReason,
): Finding {
  const found = [...counts].filter(([reason, count]) => count > 0 && Object.hasOwn(remedies, reason))
  if (found.length === 0) return ok(check, clean)
  const list = found.map(([reason, count]) => `${reason} ${count}`).join(', ')
  const what = found.map(([reason]) => `${reason}: ${remedies[reason]}`).join('\n')
  return warning(check, `${list}, since the process began ${formatMs(figures.ageMs(now))} ago`, what)
}
