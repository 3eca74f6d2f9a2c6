/** One way to start and to end for every process: say ready once, drain on SIGTERM or SIGINT, fail with one clear message. */

import { RunlensError } from './errors.ts'
import { collectGarbageRarely } from './garbage.ts'
import type { Component, Logger } from './log.ts'

/** What a process tells its supervisor over the IPC channel once it answers. */
export interface ReadyMessage {
  type: 'ready'
  component: Component
  /** Bound addresses by name, e.g. `{ grpc: '127.0.0.1:4317', http: '127.0.0.1:4318' }`. */
  listen: Record<string, string>
}

/** What a process tells its supervisor when it can't start; its exit code says whether another try may help ({@link EXIT_CANNOT_START}). */
export interface FailedMessage {
  type: 'failed'
  component: Component
  code: string
  message: string
  hint: string
}

export type ProcessMessage = ReadyMessage | FailedMessage

export interface RunningProcess {
  listen: Record<string, string>
  /** Stops taking work, finishes what was accepted, releases everything. Called once. */
  stop: () => Promise<void>
}

/** Exit code of a process that can't start for a reason that a restart will not mend (bad configuration, taken port). */
export const EXIT_CANNOT_START = 78

/**
 * Runs one process from start to end: `start` it, say ready, wait for SIGTERM, SIGINT or the supervisor's end, `stop`, exit 0.
 * A RunlensError at start is told (log line and IPC message) and exits with {@link EXIT_CANNOT_START}.
 * @param stopTimeoutMs after this long a stop that hangs is abandoned with exit code 1; default 30 000
 */
export async function runProcess(
  component: Component,
  log: Logger,
  start: () => Promise<RunningProcess>,
  stopTimeoutMs = 30_000,
): Promise<void> {
  collectGarbageRarely()
  // A supervisor that died (kill -9) closes the channel: nobody would ever stop this process, so it ends by itself.
  // Until `start` is through there is nothing to drain, so it dies as a SIGTERM would end it then: at once.
  const dieWithSupervisor = () => process.kill(process.pid, 'SIGTERM')
  process.once('disconnect', dieWithSupervisor)
  // It may have gone while modules were still loading; without a supervisor this is undefined.
  if (process.connected === false) dieWithSupervisor()
  let running: RunningProcess
  try {
    running = await start()
  } catch (error) {
    await fail(component, log, error)
    return
  }
  log.info({ listen: running.listen }, 'ready')

  let stopping = false
  const stop = (why: string) => {
    if (stopping) return
    stopping = true
    log.info({ why }, 'stopping')
    const timer = setTimeout(() => {
      log.error({ stopTimeoutMs }, 'did not stop in time')
      exit(1)
    }, stopTimeoutMs)
    timer.unref()
    running.stop().then(
      () => {
        log.info('stopped')
        exit(0)
      },
      (error: unknown) => {
        log.error({ err: error }, 'stop failed')
        exit(1)
      },
    )
  }
  process.on('SIGTERM', () => stop('SIGTERM'))
  process.on('SIGINT', () => stop('SIGINT'))
  process.off('disconnect', dieWithSupervisor)
  process.on('disconnect', () => stop('supervisor gone'))
  // The channel may close between the check and the write; 'disconnect' tells then.
  if (process.connected) {
    process.send?.({ type: 'ready', component, listen: running.listen } satisfies ReadyMessage, () => {})
  }
}

/**
 * A supervisor reads the code, and kills what hangs in the exit handlers of a native library. Where it is gone, nobody
 * would: everything is stopped by now, so the process takes the way that can't hang.
 */
function exit(code: number): void {
  if (process.connected === false) process.kill(process.pid, 'SIGKILL')
  else process.exit(code)
}

async function fail(component: Component, log: Logger, error: unknown): Promise<void> {
  const known = error instanceof RunlensError
  const message: FailedMessage = {
    type: 'failed',
    component,
    code: known ? error.code : 'unexpected',
    message: error instanceof Error ? error.message : String(error),
    hint: known ? error.hint : 'This is a bug in Runlens: please report it with the log above.',
  }
  log.fatal({ code: message.code, hint: message.hint, ...(known ? {} : { err: error }) }, message.message)
  if (process.connected) await new Promise<void>((resolve) => process.send?.(message, () => resolve()))
  process.exit(known ? EXIT_CANNOT_START : 1)
}
