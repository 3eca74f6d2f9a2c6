/** `GET /api/v1/observability/status`: how the stack itself is. */
import { version } from '@runlens/runtime'
import { z } from 'zod'
import { ProblemError } from '../../problem.ts'
import { type RollupFreshness, rollupFreshness } from '../../questions/observability/rollup-freshness.ts'
import {
  type DiskRow,
  disks,
  type JobRow,
  type JobStatusRow,
  jobLeases,
  jobStatus,
  type StorageRow,
  storage,
} from '../../questions/observability/system-status.ts'
import { type SystemStatus, systemStatusSchema } from '../../schema/observability.ts'
import { noRange } from '../../schema/parameters.ts'
import { known } from '../../shape-execution.ts'
import { systemFaults } from '../../system-faults.ts'
import { formatTime, NS_PER_MS } from '../../time.ts'
import { QUESTION_PROBLEMS, route } from '../route.ts'
import type { Observed } from './observed.ts'

export const status = route({
  path: '/api/v1/observability/status',
  id: 'getSystemStatus',
  tag: 'Observability',
  summary: 'How the stack itself is',
  description:
    'Ingest, rollups, jobs, storage and versions, as ClickHouse and the collector tell them; storage is of all tenants.',
  parameters: z.strictObject({}),
  query: z.strictObject(noRange),
  answer: systemStatusSchema,
  problems: ['invalid_parameter', ...QUESTION_PROBLEMS],
  handle: async (asked) => {
    const answer = await readStatus(asked)
    const { as_of: _asOf, ...identity } = answer
    return { json: answer, identity }
  },
})

export async function readStatus({
  scope,
  signal,
  services,
}: Pick<Observed, 'scope' | 'signal' | 'services'>): Promise<SystemStatus> {
  const { runner, collector } = services
  const nowMs = services.now()
  // On whole seconds, so that questions of the same second are identical.
  const wholeMs = Math.floor(nowMs / 1000) * 1000
  const [leases, reports, [fresh], tables, volumes, figures] = await Promise.all([
    runner.ask(jobLeases(wholeMs), signal),
    runner.ask(jobStatus(), signal),
    runner.ask(rollupFreshness(scope, BigInt(wholeMs) * NS_PER_MS), signal),
    unlessHidden(runner.ask(storage(), signal)),
    unlessHidden(runner.ask(disks(), signal)),
    collector(),
  ])
  const told = {
    ingest: {
      lag_ms: reports.find(({ job }) => job === 'settle')?.lag_ms ?? null,
      spool: figures?.spool ?? null,
    },
    rollups: shapeRollups(fresh, nowMs),
    reconciler: { jobs: shapeJobs(leases, reports) },
    storage: tables && volumes ? shapeStorage(tables, volumes) : null,
    versions: {
      runlens: version,
      node: process.versions.node,
      clickhouse: volumes?.[0]?.version ?? null,
      collector: figures?.version ?? null,
    },
    as_of: formatTime(BigInt(nowMs) * NS_PER_MS),
  }
  const faults = systemFaults(told, nowMs)
  return { state: faults.length === 0 ? 'ok' : 'attention', faults, ...told }
}

/** A user of ClickHouse may be kept from its system tables; that is no fault of the stack. */
async function unlessHidden<T>(asking: Promise<T>): Promise<T | null> {
  try {
    return await asking
  } catch (error) {
    if (error instanceof ProblemError && error.code === 'internal_error') return null
    throw error
  }
}

function shapeRollups(row: RollupFreshness | undefined, nowMs: number): SystemStatus['rollups'] {
  const waiting = Number(row?.waiting ?? 0)
  return {
    waiting_hours: waiting,
    oldest_waiting_ms: waiting === 0 ? null : Math.max(0, nowMs - Number(row?.oldest_us ?? 0) / 1000),
    last_rebuilt_at: timeOf(row?.rebuilt_us),
  }
}

function shapeJobs(leases: readonly JobRow[], reports: readonly JobStatusRow[]): SystemStatus['reconciler']['jobs'] {
  const names = [...new Set([...leases, ...reports].map(({ job }) => job))].sort()
  return names.map((name) => {
    const lease = leases.find(({ job }) => job === name)
    const report = reports.find(({ job }) => job === name)
    return {
      job: name,
      holder: lease?.host ?? null,
      lease_expires_at: timeOf(lease?.expires_us),
      reported_at: timeOf(report?.updated_us),
      lag_ms: report?.lag_ms ?? null,
      traces_waiting: report ? Number(report.traces_waiting) : null,
      fault: known(report?.fault ?? ''),
    }
  })
}

function shapeStorage(tables: readonly StorageRow[], volumes: readonly DiskRow[]): SystemStatus['storage'] {
  const sum = (name: 'bytes' | 'rows' | 'parts') => tables.reduce((all, row) => all + Number(row[name]), 0)
  return {
    bytes: sum('bytes'),
    rows: sum('rows'),
    parts: sum('parts'),
    tables: tables.map(({ table, bytes, rows, parts }) => ({
      table,
      bytes: Number(bytes),
      rows: Number(rows),
      parts: Number(parts),
    })),
    disks: volumes.map(({ name, free, total }) => ({ name, free_bytes: Number(free), total_bytes: Number(total) })),
  }
}

/** Of microseconds; 0 is never. */
function timeOf(micros: string | undefined): string | null {
  return micros === undefined || micros === '0' ? null : formatTime(BigInt(micros) * 1000n)
}
