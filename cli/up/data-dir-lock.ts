/** One stack per data directory: a lock file that names its owner, so that a lock left by `kill -9` never blocks. */
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { RunlensError, systemErrorCode } from '@runlens/runtime'
import { identify, isAlive, type ProcessIdentity } from './identity.ts'

const LOCK_FILE = 'runlens.lock'

export interface DataDirLock {
  /** Gives the directory back. */
  release: () => void
}

/**
 * Takes the data directory, creating it (mode 0700) where it is missing.
 * @throws RunlensError `data_dir_in_use` when a living process holds it, `data_dir_unusable` when it can't be written
 */
export function lockDataDir(dataDir: string): DataDirLock {
  const lock = join(dataDir, LOCK_FILE)
  const mine = `${lock}.${process.pid}`
  const owner = identify(process.pid) ?? { pid: process.pid, startTicks: null }
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 })
    writeFileSync(mine, JSON.stringify(owner), { mode: 0o600 })
  } catch (cause) {
    throw unusable(dataDir, cause)
  }
  try {
    if (!tryLink(mine, lock)) {
      clearStale(lock, mine, dataDir)
      if (!tryLink(mine, lock)) throw inUse(dataDir, readOwner(lock))
    }
  } catch (cause) {
    throw cause instanceof RunlensError ? cause : unusable(dataDir, cause)
  } finally {
    rmSync(mine, { force: true })
  }
  return {
    release: () => {
      if (readOwner(lock)?.pid === process.pid) rmSync(lock, { force: true })
    },
  }
}

/** Linking a complete file is atomic and fails when the name exists: nobody ever sees a half-written lock. */
function tryLink(mine: string, lock: string): boolean {
  try {
    linkSync(mine, lock)
    return true
  } catch (error) {
    if (systemErrorCode(error) === 'EEXIST') return false
    throw error
  }
}

function clearStale(lock: string, mine: string, dataDir: string): void {
  const owner = readOwner(lock)
  if (owner && isAlive(owner)) throw inUse(dataDir, owner)
  const aside = `${mine}.stale`
  try {
    renameSync(lock, aside)
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return
    throw error
  }
  // Another starter may have replaced the stale lock between reading and renaming: then this one was its, give it back.
  const moved = readOwner(aside)
  if (moved && isAlive(moved)) tryLink(aside, lock)
  rmSync(aside, { force: true })
}

function readOwner(path: string): ProcessIdentity | undefined {
  try {
    const owner: unknown = JSON.parse(readFileSync(path, 'utf8'))
    return isIdentity(owner) ? owner : undefined
  } catch {
    return undefined
  }
}

function isIdentity(value: unknown): value is ProcessIdentity {
  return typeof value === 'object' && value !== null && 'pid' in value && typeof value.pid === 'number'
}

function inUse(dataDir: string, owner: ProcessIdentity | undefined): RunlensError {
  return new RunlensError(
    'data_dir_in_use',
    `Another Runlens${owner ? ` (process ${owner.pid})` : ''} uses the data directory ${dataDir}`,
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
