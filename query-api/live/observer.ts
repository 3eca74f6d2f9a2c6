/** What the live side tells of itself. */
import { addFigures, Counter, type Registry } from '@runlens/runtime'
import type { GapReason } from './replay.ts'

export interface LiveObserver {
  refused: () => void
  gap: (reason: GapReason) => void
  tailFailed: () => void
  watchReaders: (readers: () => number) => void
}

export function liveMetrics(registry: Registry): LiveObserver {
  const registers = [registry]
  const refused = new Counter({
    name: 'runlens_live_refused_total',
    help: 'Streams that were refused because there were too many.',
    registers,
  })
  const gaps = new Counter({
    name: 'runlens_live_gaps_total',
    help: 'Streams that lost the thread and were told so, by why.',
    labelNames: ['reason'],
    registers,
  })
  const failures = new Counter({
    name: 'runlens_live_tail_failures_total',
    help: 'Looks at the log of changes that failed; each is repeated.',
    registers,
  })
  return {
    refused: () => refused.inc(),
    gap: (reason) => gaps.inc({ reason }),
    tailFailed: () => failures.inc(),
    watchReaders: (readers) =>
      addFigures(registry, readers, [['gauge', 'runlens_live_readers', 'Streams that are open.', (count) => count]]),
  }
}
