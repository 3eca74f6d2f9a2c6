import { expect, it } from 'vitest'
import type { SystemStatus } from './schema/observability.ts'
import { systemFaults } from './system-faults.ts'

const NOW = Date.parse('2026-11-20T12:00:00Z')
type Figures = Omit<SystemStatus, 'state' | 'faults'>
const job = (name: string): Figures['reconciler']['jobs'][number] => ({
  job: name,
  holder: 'host',
  lease_expires_at: '2026-11-20T12:00:10.000Z',
  reported_at: name === 'settle' ? '2026-11-20T11:59:50.000Z' : null,
  lag_ms: null,
  traces_waiting: null,
  fault: null,
})
const fine: Figures = {
  ingest: { lag_ms: 200, spool: { bytes: 10, bytes_max: 100, pending_records: 1, lag_seconds: 0.1 } },
  rollups: { waiting_hours: 1, oldest_waiting_ms: 5_000, last_rebuilt_at: null },
  reconciler: { jobs: [job('settle'), job('rollup')] },
  storage: { bytes: 1, rows: 1, parts: 1, tables: [], disks: [{ name: 'default', free_bytes: 50, total_bytes: 100 }] },
  versions: { runlens: '1', node: '20', clickhouse: '26', collector: '1' },
  as_of: '2026-11-20T12:00:00.000Z',
}

it('finds nothing where nothing is', () => {
  expect(systemFaults(fine, NOW)).toEqual([])
  expect(systemFaults({ ...fine, ingest: { lag_ms: null, spool: null }, storage: null }, NOW)).toEqual([])
})

it.each<[string, Partial<Figures>, RegExp]>([
  ['a job without a worker', { reconciler: { jobs: [job('settle')] } }, /No worker holds the job rollup/],
  [
    'a job that can not work',
    { reconciler: { jobs: [{ ...job('settle'), fault: 'no disk' }, job('rollup')] } },
    /settle says: no disk/,
  ],
  [
    'a job that fell silent',
    { reconciler: { jobs: [{ ...job('settle'), reported_at: '2026-11-20T11:58:00.000Z' }, job('rollup')] } },
    /settle has not reported since/,
  ],
  ['late settling', { ingest: { lag_ms: 61_000, spool: null } }, /written 61 s after/],
  [
    'a full spool',
    { ingest: { lag_ms: 1, spool: { bytes: 76, bytes_max: 100, pending_records: 1, lag_seconds: 1 } } },
    /nearly full/,
  ],
  [
    'a spool that nobody empties',
    { ingest: { lag_ms: 1, spool: { bytes: 1, bytes_max: 100, pending_records: 1, lag_seconds: 90 } } },
    /not taken for 90 s/,
  ],
  [
    'old rollups',
    { rollups: { waiting_hours: 9, oldest_waiting_ms: 700_000, last_rebuilt_at: null } },
    /waited for 700 s/,
  ],
  [
    'a full disk',
    { storage: { ...fine.storage!, disks: [{ name: 'default', free_bytes: 4, total_bytes: 100 }] } },
    /disk default is nearly full/,
  ],
])('tells of %s', (_, figures, words) => {
  const faults = systemFaults({ ...fine, ...figures }, NOW)
  expect(faults).toHaveLength(1)
  expect(faults[0]).toMatch(words)
})
