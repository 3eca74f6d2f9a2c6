/** The size of libuv's thread pool: each running query holds a thread, and the pool's size is fixed at its first use. */
import { type ChildProcess, spawn } from 'node:child_process'

/** Threads besides the sessions': file writes of bodies, zlib, the reserved session. */
const SPARE_THREADS = 8
const VARIABLE = 'UV_THREADPOOL_SIZE'

/** What `UV_THREADPOOL_SIZE` must at least be for this many sessions. */
export function threadPoolSize(sessions: number): number {
  return sessions + 1 + SPARE_THREADS
}

/** The variable to put into the environment of a process that runs the engine. */
export function threadPoolEnvironment(sessions: number): Record<string, string> {
  return { [VARIABLE]: String(threadPoolSize(sessions)) }
}

export function hasThreads(environment: Readonly<Record<string, string | undefined>>, sessions: number): boolean {
  return Number(environment[VARIABLE] ?? 0) >= threadPoolSize(sessions)
}

/**
 * Runs this very program again with enough threads, hands messages and signals through, and exits as it does. Setting the
 * variable inside the process would be too late: loading modules has already started the pool.
 */
export function runAgainWithThreads(environment: NodeJS.ProcessEnv, sessions: number): void {
  const child = spawn(process.execPath, [...process.execArgv, ...process.argv.slice(1)], {
    env: { ...environment, ...threadPoolEnvironment(sessions) },
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  })
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => child.kill(signal))
  forwardMessages(child)
  child.on('exit', (code, signal) => {
    if (signal) process.kill(process.pid, 'SIGKILL')
    process.exit(code ?? 1)
  })
}

function forwardMessages(child: ChildProcess): void {
  child.on('message', (message) => process.send?.(message))
  process.on('disconnect', () => child.disconnect())
}
