/** How far a filled directory has come: noted beside its database, so that filling goes on where it stopped and is done only once. */
import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

export interface FillState {
  executions: number
  days: number
  /** Start of the first execution and end of the whole, milliseconds since the epoch. */
  fromMs: number
  toMs: number
  /** Executions whose rows are in. */
  filled: number
  /** Rollups are built. */
  isRolledUp: boolean
}

const FILE = 'bench-fill.json'

export function readFillState(dataDir: string): FillState | undefined {
  try {
    return JSON.parse(readFileSync(join(dataDir, FILE), 'utf8')) as FillState
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

/** Replaced as a whole: a kill leaves the one or the other. */
export function writeFillState(dataDir: string, state: FillState): void {
  const path = join(dataDir, FILE)
  writeFileSync(`${path}.new`, `${JSON.stringify(state)}\n`)
  renameSync(`${path}.new`, path)
}
