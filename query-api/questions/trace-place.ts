/** Where the spans of traces lie, as conditions on the key of `spans`. */
import { startedBetween, traceIdIn } from '@runlens/clickhouse'
import type { Parameters } from './question.ts'

export interface TracePlace {
  /** 32 hex digits. */
  trace_id: string
  /** Nanoseconds. */
  first_started_at: bigint
  last_started_at: bigint
  services: readonly string[]
}

/** At least one place; several share one range. */
export function traceConditions(places: readonly TracePlace[], parameters: Parameters): string[] {
  const first = ascending(places.map((place) => place.first_started_at))[0] ?? 0n
  const last = ascending(places.map((place) => place.last_started_at)).at(-1) ?? 0n
  const services = [...new Set(places.flatMap((place) => place.services))].sort()
  const ids = places.map((place) => place.trace_id)
  return [
    ...startedBetween(parameters.bindTime('first', first), parameters.bindTime('last', last)),
    `service IN ${parameters.bind('services', 'Array(String)', services)}`,
    traceIdIn(parameters.bind('trace_ids', 'Array(String)', ids)),
  ]
}

function ascending(times: bigint[]): bigint[] {
  return times.sort((a, b) => (a < b ? -1 : 1))
}
