/** What somebody should look at, from the figures of the stack itself. */
import type { SystemStatus } from './schema/observability.ts'

type Figures = Omit<SystemStatus, 'state' | 'faults'>

/** Jobs without which nothing becomes an execution, or no rollup true. */
const JOBS = ['settle', 'rollup']
const LAG_MS_MAX = 60_000
/** A job reports at least every ten seconds. */
const SILENT_MS_MAX = 60_000
const ROLLUP_AGE_MS_MAX = 600_000
const SPOOL_SHARE_MAX = 0.75
const DISK_SHARE_MIN = 0.05

export function systemFaults(figures: Figures, nowMs: number): string[] {
  return [
    ...jobFaults(figures, nowMs),
    ...(figures.ingest.lag_ms !== null && figures.ingest.lag_ms > LAG_MS_MAX
      ? [`Executions are written ${seconds(figures.ingest.lag_ms)} after they arrive.`]
      : []),
    ...spoolFaults(figures),
    ...((figures.rollups.oldest_waiting_ms ?? 0) > ROLLUP_AGE_MS_MAX
      ? [`Rollups have waited for ${seconds(figures.rollups.oldest_waiting_ms ?? 0)}; long ranges are slow meanwhile.`]
      : []),
    ...(figures.storage?.disks ?? [])
      .filter(({ free_bytes, total_bytes }) => free_bytes < total_bytes * DISK_SHARE_MIN)
      .map(({ name }) => `ClickHouse's disk ${name} is nearly full.`),
  ]
}

function jobFaults({ reconciler: { jobs } }: Figures, nowMs: number): string[] {
  const unheld = JOBS.filter((name) => !jobs.some(({ job, holder }) => job === name && holder !== null))
  return [
    ...unheld.map((name) => `No worker holds the job ${name}.`),
    ...jobs.flatMap(({ job, fault, holder, reported_at }) => {
      if (fault !== null) return [`The job ${job} says: ${fault}`]
      const isSilent = holder !== null && reported_at !== null && nowMs - Date.parse(reported_at) > SILENT_MS_MAX
      return isSilent ? [`The job ${job} has not reported since ${reported_at}.`] : []
    }),
  ]
}

function spoolFaults({ ingest: { spool } }: Figures): string[] {
  if (!spool) return []
  return [
    ...(spool.bytes > spool.bytes_max * SPOOL_SHARE_MAX ? ['The spool is nearly full.'] : []),
    ...(spool.lag_seconds * 1000 > LAG_MS_MAX
      ? [`The spool holds what ClickHouse has not taken for ${Math.round(spool.lag_seconds)} s.`]
      : []),
  ]
}

function seconds(ms: number): string {
  return `${Math.round(ms / 1000)} s`
}
