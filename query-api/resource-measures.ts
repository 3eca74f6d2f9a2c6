/** Which metrics tell of processor, memory, event loop and workers: names of OpenTelemetry's semantic conventions and of common workers. */
import type { ResourceValue } from './questions/metrics/resource-values.ts'

export const MEASURES = ['cpu', 'memory', 'event_loop_utilization', 'event_loop_delay', 'workers_busy'] as const
export type Measure = (typeof MEASURES)[number]

/** Which figure of a bucket counts: over the series of an instance, then over the instances of a service. */
type Taken = Exclude<keyof ResourceValue, 'service' | 'metric' | 'bucket' | 'instances'>

export interface ResourceMetric {
  metric: string
  taken: Taken
  unit: string
  /** Default 1. */
  scale?: number
}

const ratio = (metric: string, taken: Taken = 'mean_of_means'): ResourceMetric => ({ metric, taken, unit: '1' })
const bytes = (metric: string): ResourceMetric => ({ metric, taken: 'sum_of_sums', unit: 'By' })
const count = (metric: string): ResourceMetric => ({ metric, taken: 'sum_of_sums', unit: '1' })
/** From seconds. */
const delay = (metric: string): ResourceMetric => ({ metric, taken: 'mean_of_means', unit: 'ms', scale: 1000 })

/** The first that a service sends counts. */
export const RESOURCE_METRICS: Readonly<Record<Measure, readonly ResourceMetric[]>> = {
  cpu: [
    // Told for each mode (user, system) by themselves.
    ratio('process.cpu.utilization', 'mean_of_sums'),
    ratio('jvm.cpu.recent_utilization'),
    ratio('container.cpu.usage', 'mean_of_sums'),
    // Seconds of processor time a second.
    ratio('process.cpu.time', 'rate_mean'),
    ratio('jvm.cpu.time', 'rate_mean'),
    ratio('container.cpu.time', 'rate_mean'),
    // Of each processor and state, idle among them: too much to add up.
    ratio('system.cpu.load_average.1m'),
  ],
  memory: [
    bytes('process.memory.usage'),
    bytes('container.memory.usage'),
    bytes('jvm.memory.used'),
    bytes('v8js.memory.heap.used'),
  ],
  event_loop_utilization: [ratio('nodejs.eventloop.utilization')],
  event_loop_delay: [
    delay('nodejs.eventloop.delay.p99'),
    delay('nodejs.eventloop.delay.p90'),
    delay('nodejs.eventloop.delay.mean'),
    delay('nodejs.eventloop.delay.p50'),
  ],
  workers_busy: [
    count('workers.busy'),
    count('worker.busy'),
    count('temporal_worker_task_slots_used'),
    count('celery.worker.tasks.active'),
    count('executor.active'),
    count('jvm.thread.count'),
  ],
}

export const ALL_RESOURCE_METRICS: readonly ResourceMetric[] = Object.values(RESOURCE_METRICS).flat()

const isRate = ({ taken }: ResourceMetric) => taken === 'rate_mean' || taken === 'rate_sum'

/** By how they are looked at. */
export const RATE_METRICS = ALL_RESOURCE_METRICS.filter(isRate).map(({ metric }) => metric)
export const LEVEL_METRICS = ALL_RESOURCE_METRICS.filter((one) => !isRate(one)).map(({ metric }) => metric)
