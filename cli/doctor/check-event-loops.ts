/** Whether a process is held up by its own work: a late event loop delays all it does. */
import { type Finding, ok, warning } from './finding.ts'
import { formatMs } from './format.ts'
import type { StackFigures } from './scrape.ts'

const DELAY_HIGH_SECONDS = 0.2

export function checkEventLoops(stack: StackFigures): Finding {
  const delays = Object.entries(stack).flatMap(([name, figures]) => {
    const seconds = figures?.sum('nodejs_eventloop_lag_p99_seconds')
    return seconds === undefined || Number.isNaN(seconds) ? [] : [{ name, seconds }]
  })
  const text = delays.map(({ name, seconds }) => `${name} ${formatMs(seconds * 1_000)}`).join(', ')
  const late = delays.filter(({ seconds }) => seconds > DELAY_HIGH_SECONDS)
  if (late.length === 0) return ok('event loops', `delayed by (p99) ${text}`)
  return warning(
    'event loops',
    `delayed by (p99) ${text}`,
    `Something keeps ${late.map(({ name }) => name).join(', ')} busy, or the machine has too few processors. Look again in a minute: each look\nbegins a new measurement.`,
  )
}
