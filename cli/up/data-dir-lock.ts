/** One stack per data directory. */
import { mkdir } from 'node:fs/promises'
import { type Ownership, RunlensError, takeOwnership } from '@runlens/runtime'

/**
 * Takes the data directory, creating it (mode 0700) where it is missing.
 * @throws RunlensError `data_dir_in_use` when a living process holds it, `data_dir_unusable` when it can't be written
 */
export async function lockDataDir(dataDir: string): Promise<Ownership> {
  try {
    await mkdir(dataDir, { recursive: true, mode: 0o700 })
    return await takeOwnership({ directory: dataDir, name: 'runlens.lock', inUse: (pid) => inUse(dataDir, pid) })
  } catch (cause) {
    throw cause instanceof RunlensError ? cause : unusable(dataDir, cause)
  }
}

function inUse(dataDir: string, pid: number): RunlensError {
  return new RunlensError(
    'data_dir_in_use',
    `Another Runlens (process ${pid}) uses the data directory ${dataDir}`,
    'Stop that one first, or give this one a directory of its own: RUNLENS_DATA_DIR=./data-2 (and other ports).',
  )
}

function unusable(dataDir: string, cause: unknown): RunlensError {
  return new RunlensError(
    'data_dir_unusable',
    `Cannot use the data directory ${dataDir}: ${cause instanceof Error ? cause.message : String(cause)}`,
    'Set RUNLENS_DATA_DIR to a directory that this user may write, on a disk with free space.',
    cause,
  )
}
