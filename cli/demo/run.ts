/** One run of the demo: the spans of one execution (and of its retries), who sent them, and what should come of it. */
import type { Status } from '@runlens/conventions'
import type { NativePlan } from './native-plan.ts'
import type { Random } from './random.ts'
import type { Attributes, BuiltSpan } from './trace-builder.ts'

export interface Emitter {
  resource: Attributes
  scope: { name: string; version?: string }
}

export interface ScenarioRun extends Emitter {
  spans: BuiltSpan[]
  /** The status of each execution that these spans are. */
  statuses: Status[]
  /** What a program of the demo's own does for it; live it is told by that. */
  native?: NativePlan
}

/** What a scenario may use besides chance. */
export interface World {
  random: Random
  environment: string
  version: string
  userId: string
  conversationId: string
  /** Small number, unique per run, for engines that count their executions. */
  serial: number
}

/** Tells one run, starting at 0 ms. Pure: everything follows from the world. */
export type Scenario = (world: World) => ScenarioRun

/** A run placed in time. */
export interface DemoRun extends ScenarioRun {
  /** Unix milliseconds at which the last span ends; offsets of the spans count from `startMs`. */
  endMs: number
  startMs: number
}
