/** Loads the ClickHouse engine (npm `chdb`), or says clearly why this machine can't. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { RunlensError, systemErrorCode } from '@runlens/runtime'

/** Large enough to need room of its own on a disk. */
const PROBE_BYTES = 64 * 1024

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
 * @throws RunlensError `data_dir_in_use` if another process has it open, `data_dir_unusable` if it can't be written,
 * `clickhouse_dir_damaged` if the engine can't read what is in it
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
    throw cannotOpen(directory, cause)
  }
}

/** The engine itself says only that it failed; its reason stands in the log lines before. */
function cannotOpen(directory: string, cause: unknown): RunlensError {
  const unwritable = whyUnwritable(directory)
  if (unwritable !== undefined) {
    return new RunlensError(
      'data_dir_unusable',
      `The ClickHouse engine cannot write into ${directory}: ${unwritable}`,
      'Give this user the right to write there, and the disk some room.',
      cause,
    )
  }
  return new RunlensError(
    'clickhouse_dir_damaged',
    `The ClickHouse engine cannot open its directory ${directory}: files in it are damaged or missing (${firstLine(cause)})`,
    'Restore the directory from a backup, or move it away to begin with an empty one; the log lines before name the file.',
    cause,
  )
}

/** Why no file can be written into the directory, or undefined where one can. */
function whyUnwritable(directory: string): string | undefined {
  const probe = join(directory, `runlens-probe.${process.pid}`)
  try {
    writeFileSync(probe, new Uint8Array(PROBE_BYTES))
    return undefined
  } catch (error) {
    return firstLine(error)
  } finally {
    rmSync(probe, { force: true })
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
