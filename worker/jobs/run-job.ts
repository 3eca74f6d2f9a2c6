/** Runs one job for as long as the process lives: claims it, works while it holds it, stands by otherwise. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from '@runlens/runtime'
import type { JobObserver } from '../metrics.ts'
import type { Leases } from './leases.ts'
import { persist } from './persist.ts'

/** What a job does while it is held. */
export interface Job {
  /** Once after the job was taken over. */
  begin(signal: AbortSignal): Promise<void>
  /** One step. Gives how long to pause before the next, in milliseconds; a pause ends early when the process stops. */
  step(signal: AbortSignal): Promise<number>
  /** Once when the job is given up in order. */
  end(): Promise<void>
}

export interface RunJobOptions {
  leases: Leases
  log: Logger
  name: string
  leaseSeconds: number
  observe: JobObserver
  /** Aborted when the process stops: the step that runs is finished first. */
  signal: AbortSignal
  /** @param owner this run of the process, as in the lease */
  createJob: (owner: string) => Job
}

export async function runJob(options: RunJobOptions): Promise<void> {
  const { leases, name, leaseSeconds, observe, signal } = options
  const log = options.log.child({ job: name })
  const onFault = (error: unknown) => {
    if (error !== undefined) observe.failed(name)
  }
  const lease = leases.of(name)
  const renewMs = (leaseSeconds * 1000) / 3
  const job = options.createJob(lease.owner)
  let held = false
  let renewAt = 0
  try {
    while (!signal.aborted) {
      if (Date.now() >= renewAt) {
        const before: boolean = held
        held = await persist(() => lease.hold(), { log, what: 'lease', signal, onFault })
        if (held !== before || renewAt === 0) observe.held(name, held)
        renewAt = Date.now() + renewMs
        if (held !== before) log.info(held ? 'took over' : 'lost to another owner')
        if (held && !before) await persist(() => job.begin(signal), { log, what: 'begin', signal, onFault })
      }
      const pause = held ? await persist(() => job.step(signal), { log, what: 'step', signal, onFault }) : renewMs / 4
      if (held) observe.stepped(name)
      else renewAt = Math.min(renewAt, Date.now() + pause)
      if (pause > 0) await sleep(pause, undefined, { signal })
    }
  } catch (error) {
    if (!signal.aborted) throw error
  }
  if (held) await finish(job, lease.release, log)
}

/** ClickHouse may be gone by now: then the next owner finds out by itself, so a stop never waits for it. */
async function finish(job: Job, release: () => Promise<void>, log: Logger): Promise<void> {
  try {
    await job.end()
    await release()
  } catch (error) {
    log.warn({ err: error }, 'stopped without handing over')
  }
}
