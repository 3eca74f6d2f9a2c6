/** The engine's place on disk: `clickhouse/` (data), `clickhouse.bodies/` (rows on their way in), `clickhouse.password`. */
import { randomBytes } from 'node:crypto'
import { chmodSync, linkSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Logger, RunlensError, systemErrorCode } from '@runlens/runtime'
import { BODIES_DIRECTORY, CLIENT_FILE, PASSWORD_FILE } from '../local-files.ts'

export interface DataDirectory {
  /** The engine's own directory. */
  engine: string
  /** Bodies of inserts stand here until the engine has read them. */
  bodies: string
  password: string
}

/** Characters that the engine would read as a pattern in the name of an insert's file, and then silently match nothing. */
const PATTERN_CHARACTERS = /[*?{}]/

/**
 * Makes what is missing (directories 0700, password 0600).
 * @throws RunlensError `data_dir_unusable`
 */
export function prepareDataDirectory(dataDir: string): DataDirectory {
  if (PATTERN_CHARACTERS.test(dataDir)) {
    throw new RunlensError(
      'data_dir_unusable',
      `The data directory ${dataDir} has one of * ? { } in its path, which ClickHouse reads as a pattern`,
      'Set RUNLENS_DATA_DIR to a path without these characters.',
    )
  }
  const engine = join(dataDir, 'clickhouse')
  const bodies = join(dataDir, BODIES_DIRECTORY)
  try {
    for (const directory of [dataDir, engine, bodies]) mkdirSync(directory, { recursive: true, mode: 0o700 })
    return { engine, bodies, password: readOrMakePassword(join(dataDir, PASSWORD_FILE)) }
  } catch (cause) {
    if (cause instanceof RunlensError) throw cause
    throw new RunlensError(
      'data_dir_unusable',
      `Cannot use the data directory ${dataDir}: ${(cause as Error).message}`,
      'Set RUNLENS_DATA_DIR to a directory that this user may write.',
      cause,
    )
  }
}

/** Bodies that a killed process left behind: none was acknowledged. Call only when the engine's lock is held. */
export function removeLeftBodies(bodies: string): void {
  for (const name of readdirSync(bodies)) rmSync(join(bodies, name), { force: true })
}

/** A statement that names a file comes at once, and a result is taken at once; a client whose statement waits gives up sooner. */
const FORGOTTEN_MS = 3 * 60_000

/** Files of clients that ended between a file and its statement, or between a result and its reading. */
export function removeForgottenFiles(bodies: string, log: Logger): void {
  try {
    for (const name of readdirSync(bodies)) {
      if (!CLIENT_FILE.test(name)) continue
      const changed = statSync(join(bodies, name), { throwIfNoEntry: false })?.mtimeMs
      if (changed !== undefined && Date.now() - changed > FORGOTTEN_MS) rmSync(join(bodies, name), { force: true })
    }
  } catch (error) {
    log.warn({ err: error }, 'files that clients left behind cannot be removed')
  }
}

/** The file appears whole or not at all, and the first of two processes makes it. */
function readOrMakePassword(file: string): string {
  const draft = `${file}.${process.pid}`
  try {
    writeFileSync(draft, randomBytes(24).toString('base64url'), { mode: 0o600 })
    linkSync(draft, file)
  } catch (error) {
    if (systemErrorCode(error) !== 'EEXIST') throw error
    chmodSync(file, 0o600)
  } finally {
    rmSync(draft, { force: true })
  }
  const password = readFileSync(file, 'utf8').trim()
  if (/^[\w-]{16,}$/.test(password)) return password
  throw new RunlensError(
    'data_dir_unusable',
    `${file} holds no password of at least 16 letters, digits, _ or -`,
    'Delete the file; the next start makes a new one.',
  )
}
