/** Loads the ClickHouse engine (npm `chdb`), or says clearly why this machine can't. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { RunlensError, systemErrorCode } from '@runlens/runtime'

/** Platforms that the engine's package is built for. */
export const CHDB_PLATFORMS = ['linux-x64 (glibc)', 'linux-arm64 (glibc)', 'darwin-x64', 'darwin-arm64'] as const

export type Chdb = typeof import('chdb')
export type Session = InstanceType<Chdb['Session']>

/** @throws RunlensError `chdb_missing` */
export function loadChdb(load: () => unknown = () => createRequire(import.meta.url)('chdb')): Chdb {
  try {
    return load() as Chdb
  } catch (cause) {
    throw new RunlensError(
      'chdb_missing',
      `The embedded ClickHouse engine (npm package chdb) has no usable build for this machine, ${process.platform}-${process.arch}: ${firstLine(cause)}`,
      `It is built for ${CHDB_PLATFORMS.join(', ')}. There, "npm ci" (with optional dependencies) installs it; anywhere else set RUNLENS_CLICKHOUSE_URL=http://user:password@host:8123/database to use a ClickHouse server.`,
      cause,
    )
  }
}

function firstLine(cause: unknown): string {
  const text = cause instanceof Error ? cause.message : String(cause)
  return text.split('\n', 1)[0]!
}

/**
 * Opens the engine on a directory; the engine itself locks it, and the lock ends with the process, however it ends.
 * @throws RunlensError `data_dir_in_use` if another process has it open, `data_dir_unusable` if it can't be opened at all
 */
export function openEngine(chdb: Chdb, directory: string): Session {
  try {
    return new chdb.Session(directory)
  } catch (cause) {
    const owner = ownerOf(directory)
    if (owner !== undefined) {
      throw new RunlensError(
        'data_dir_in_use',
        `The data directory ${directory} is in use by process ${owner}`,
        'Stop that process (it is probably another Runlens), or set RUNLENS_DATA_DIR to another directory.',
        cause,
      )
    }
    throw new RunlensError(
      'data_dir_unusable',
      `The ClickHouse engine cannot open ${directory}: ${firstLine(cause)}`,
      'Check that this user may write there and that the disk is not full; the lines above may say more. If its files are damaged, move the directory away to start with an empty one.',
      cause,
    )
  }
}

/** The live process that the engine's lock file names. */
function ownerOf(directory: string): number | undefined {
  try {
    const pid = Number(/^PID: (\d+)/m.exec(readFileSync(join(directory, 'status'), 'utf8'))?.[1])
    if (!Number.isInteger(pid) || pid === process.pid) return undefined
    process.kill(pid, 0)
    return pid
  } catch (error) {
    return systemErrorCode(error) === 'EPERM' ? -1 : undefined
  }
}
