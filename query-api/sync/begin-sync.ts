/** Queues a synchronisation, which a worker takes up; one that is under way stands for a new one. */
import { randomUUID } from 'node:crypto'
import { newSyncJob, readSyncJob, type SyncJob, writeSyncJob } from '@runlens/clickhouse'
import { openSyncJobs } from '../questions/sync/sync-jobs.ts'
import type { Runner } from '../run.ts'

/** @throws ProblemError of questions to ClickHouse */
export type BeginSync = (tenant: string, environment: string) => Promise<SyncJob>

/** @param now milliseconds since the epoch */
export function createBeginSync(runner: Pick<Runner, 'askAnew' | 'read'>, now: () => number): BeginSync {
  const beginning = new Map<string, Promise<SyncJob>>()
  return (tenant, environment) => {
    const key = JSON.stringify([tenant, environment])
    const known = beginning.get(key)
    if (known) return known
    const begun = begin(runner, now, tenant, environment).finally(() => beginning.delete(key))
    beginning.set(key, begun)
    return begun
  }
}

async function begin(
  runner: Pick<Runner, 'askAnew' | 'read'>,
  now: () => number,
  tenant: string,
  environment: string,
): Promise<SyncJob> {
  const oldestOpen = async () => {
    const [row] = await runner.askAnew(openSyncJobs({ tenant }, environment))
    return row && readSyncJob(row)
  }
  const underWay = await oldestOpen()
  if (underWay) return underWay
  const job = newSyncJob(tenant, environment, randomUUID(), now())
  await runner.read((client) => writeSyncJob(client, job, now()))
  // Another API may have queued one in the same moment. The worker keeps to the older one, and so does this answer.
  const kept = await oldestOpen()
  if (!kept || kept.job_id === job.job_id) return job
  const error = 'another synchronisation of this environment was queued before'
  await runner.read((client) => writeSyncJob(client, { ...job, state: 'cancelled', error, version: 2 }, now()))
  return kept
}
