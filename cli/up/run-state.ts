/** What runs right now, noted in the data directory for `doctor`, `demo`, `migrate` and for the next `up`. */
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isAlive, type ProcessIdentity } from '@runlens/runtime'
import type { StackComponent } from './plan.ts'

const STATE_FILE = 'runlens.json'

/** Where the stack answers; URLs carry no password. */
export interface StackUrls {
  /** host:port. */
  otlpGrpc: string
  otlpHttp: string
  api: string
  /** The worker's own pages. */
  worker: string
  clickhouse: string
}

export interface RunningComponent extends ProcessIdentity {
  component: StackComponent
  /** How often it was started again since the stack is up. */
  restarts: number
}

/** Why a process can't start at the moment, in its own words. */
export interface ComponentFault {
  component: StackComponent
  code: string
  message: string
  hint: string
}

export interface RunState {
  version: string
  /** The supervising `runlens up`. */
  supervisor: ProcessIdentity
  started_at: string
  /** Whether everything has answered. */
  ready: boolean
  urls: StackUrls
  processes: RunningComponent[]
  faults: ComponentFault[]
}

/** Replaces the note as a whole, so that a reader never sees half of it. */
export function writeRunState(dataDir: string, state: RunState): void {
  const path = join(dataDir, STATE_FILE)
  writeFileSync(`${path}.new`, `${JSON.stringify(state, null, 2)}\n`, { mode: 0o600 })
  renameSync(`${path}.new`, path)
}

/** The note of the last `up` on this directory, or undefined; it may have died since (see {@link readRunningState}). */
export function readRunState(dataDir: string): RunState | undefined {
  try {
    return JSON.parse(readFileSync(join(dataDir, STATE_FILE), 'utf8')) as RunState
  } catch {
    return undefined
  }
}

export function removeRunState(dataDir: string): void {
  rmSync(join(dataDir, STATE_FILE), { force: true })
}

/** The note of a stack whose supervisor lives right now. */
export function readRunningState(dataDir: string): RunState | undefined {
  const state = readRunState(dataDir)
  return state && isAlive(state.supervisor) ? state : undefined
}
