/** Every benchmark, in the order in which they run. */
import type { Benchmark } from '../harness/benchmark.ts'
import { collector } from './collector.ts'
import { disk } from './disk.ts'
import { endToEnd } from './end-to-end.ts'
import { instrumentation } from './instrumentation.ts'
import { peer } from './peer.ts'
import { questions } from './questions.ts'
import { settle } from './settle.ts'
import { startup } from './startup.ts'
import { visible } from './visible.ts'
import { web } from './web.ts'

export const ALL: readonly Benchmark[] = [
  collector,
  endToEnd,
  settle,
  visible,
  questions,
  disk,
  startup,
  web,
  instrumentation,
  peer,
]
