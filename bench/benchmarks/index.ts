/** Every benchmark, in the order in which they run. */
import type { Benchmark } from '../harness/benchmark.ts'
import { collector } from './collector.ts'

export const ALL: readonly Benchmark[] = [collector]
