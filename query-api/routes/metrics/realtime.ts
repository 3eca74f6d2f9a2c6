/** What runs and waits at this moment, and how much of it is usual at this hour. */
import { expectedEnds } from '../../expected-ends.ts'
import type { ExecutionColumns } from '../../questions/execution-columns.ts'
import { type OpenCount, openCounts, openNow } from '../../questions/metrics/open-now.ts'
import { usualLoad } from '../../questions/metrics/usual-load.ts'
import type { LOAD_SEVERITIES, Realtime } from '../../schema/metrics.ts'
import { known } from '../../shape-execution.ts'
import { round } from '../../shape-figures.ts'
import { formatTime, formatTimeText, NS_PER_HOUR, NS_PER_MS, NS_PER_SECOND } from '../../time.ts'
import type { MetricsAsked, Part } from './asked.ts'

/** Running executions in an answer. */
const RUNNING_MAX = 100

export async function readRealtime(asked: MetricsAsked): Promise<Part<Realtime>> {
  const { services, scope, filter, moments, signal } = asked
  const { nowNs } = moments
  const hourS = Number((nowNs - (nowNs % NS_PER_HOUR)) / NS_PER_SECOND)
  const { kind, environment } = filter
  const [rows, counts, [usual]] = await Promise.all([
    services.runner.ask(openNow(scope, filter, RUNNING_MAX), signal),
    services.runner.ask(openCounts(scope, filter), signal),
    services.runner.ask(usualLoad(scope, { kind, environment, hourS }), signal),
  ])
  const expectedOf = await expectedEnds(services.runner, scope, rows, moments, signal)
  const of = (status: string) => counts.find(({ shown }) => shown === status)
  const countOf = (status: string) => Number(of(status)?.n ?? 0)
  const running = countOf('running')
  const depth = countOf('queued')
  const usualDepth = usual && usual.days > 0 ? usual.waiting : null
  const usualRunning = usual && usual.days > 0 ? usual.running : null
  const body: Realtime = {
    running_count: running + countOf('waiting'),
    running: rows.map((row) => {
      const { expectedNs, overdueNs } = expectedOf(row)
      return {
        ...named(row),
        started_at: formatTimeText(row.started_ns),
        elapsed_ms: Number((nowNs - BigInt(row.started_ns)) / NS_PER_MS),
        progress: row.progress,
        expected_end_at: expectedNs === null ? null : formatTime(expectedNs),
        overdue: overdueNs !== null && overdueNs < nowNs,
      }
    }),
    queue: {
      depth,
      severity: severityOf(depth, usualDepth),
      usual_depth: round(usualDepth, 3),
      oldest_wait_ms: waitOf(of('queued'), nowNs),
    },
    load: {
      running,
      usual_running: round(usualRunning, 3),
      ratio: usualRunning ? round(running / usualRunning, 3) : null,
    },
  }
  return { body, source: 'raw', running: running + depth + countOf('waiting') }
}

function named(row: ExecutionColumns) {
  return {
    execution_id: row.execution_id,
    name: known(row.workflow_name),
    agent: known(row.workflow_id),
    kind: row.kind,
    status: row.shown_status,
  }
}

function waitOf(queued: OpenCount | undefined, nowNs: bigint): number | null {
  return queued === undefined ? null : Number((nowNs - BigInt(queued.oldest_ns)) / NS_PER_MS)
}

/** From how many times the usual depth on; below one that is usual, a queue of a few is nothing to worry about. */
const SEVERITIES: readonly [over: number, severity: (typeof LOAD_SEVERITIES)[number]][] = [
  [10, 'critical'],
  [5, 'high'],
  [2, 'elevated'],
]

/** @param usual null when nothing is known: then nothing is said to be much */
export function severityOf(depth: number, usual: number | null): (typeof LOAD_SEVERITIES)[number] {
  if (usual === null) return 'normal'
  return SEVERITIES.find(([over]) => depth > over * Math.max(usual, 1))?.[1] ?? 'normal'
}
