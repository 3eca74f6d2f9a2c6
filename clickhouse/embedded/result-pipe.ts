/**
 * Named pipes through which the engine hands results over. Its own streaming interface plans a query, and runs its scalar
 * subqueries, on the thread that asks: one such query would stop the whole server. Into a pipe the engine writes on its
 * own threads, and a reader who is slow makes it wait.
 */
import { spawnSync } from 'node:child_process'
import { closeSync, constants, openSync } from 'node:fs'
import { Socket } from 'node:net'
import { RunlensError } from '@runlens/runtime'

const { O_NONBLOCK, O_RDONLY, O_WRONLY } = constants

export interface OpenPipe {
  /** What the engine writes; ends behind its last byte once {@link OpenPipe.finish} was called. */
  readable: Socket
  /** The engine has closed its end. */
  finish(): void
}

/**
 * Makes the pipes (0600).
 * @throws RunlensError `data_dir_unusable` where the file system has none
 */
export function makePipes(paths: readonly string[]): void {
  const { status, stderr, error } = spawnSync('mkfifo', ['-m', '600', ...paths], { encoding: 'utf8' })
  if (status === 0) return
  throw new RunlensError(
    'data_dir_unusable',
    `Cannot make named pipes beside ${paths[0]}: ${error?.message ?? stderr.trim()}`,
    'Set RUNLENS_DATA_DIR to a directory on a local file system.',
    error,
  )
}

/** Opens a pipe for one result. The end held open for writing keeps the reader from an end before the engine has begun. */
export function openPipe(path: string): OpenPipe {
  const reader = openSync(path, O_RDONLY | O_NONBLOCK)
  const keeper = openSync(path, O_WRONLY | O_NONBLOCK)
  const readable = new Socket({ fd: reader, readable: true, writable: false })
  // Reading fails only by being destroyed; whoever reads sees the end of the query itself.
  readable.on('error', () => undefined)
  return { readable, finish: () => closeSync(keeper) }
}
