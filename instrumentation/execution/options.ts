/** What is told of an execution or a step when it starts. */
import type { ExecutionKind, Status, StepType } from '@runlens/conventions'
import type { Carrier } from './carrier.ts'

/** Values of attributes, as OpenTelemetry's API takes them. */
export type AttributeValue = string | number | boolean | readonly string[] | readonly number[] | readonly boolean[]

export interface RetryOptions {
  /** How often it is tried at most, the first time included. */
  attempts: number
  /** Pause before the second attempt, milliseconds; doubled before each further one. @default 0 */
  delayMs?: number
  /** Whether another attempt may help. @default always */
  when?: (error: unknown, attempt: number) => boolean
}

export interface ExecutionOptions {
  /** What it is a run of: a name that is the same for every run. */
  workflow: string | { id?: string; name: string; version?: string }
  /** @default workflow */
  kind?: ExecutionKind
  /** The engine's own id of this run. Runs with the same id in one trace are one execution. @default a new one */
  id?: string
  /** How it was started (`http`, `cron`, `manual` …). */
  mode?: string
  user?: string
  /** Conversation or session that it belongs to. */
  conversation?: string
  /** Any value; kept as JSON up to 16 384 characters, secrets removed. */
  inputs?: unknown
  /** When it was put into a queue: Date or milliseconds since the epoch. */
  queuedAt?: Date | number
  /** When it should be over. */
  expectedEnd?: Date | number
  /** Which attempt this is, from 1. */
  attempt?: number
  /** Id of the execution that this one tries again. */
  retryOf?: string
  /** Id of the execution that this one repeats. */
  replayOf?: string
  /** What it was started by, where that is not the active execution: a carrier filled by `inject`. `none`: by nothing. */
  parent?: Carrier | 'none'
  /** Tries it again as further executions that belong together. `withExecution` and `wrapExecution` only. */
  retries?: RetryOptions
  /** More attributes, of your own or of OpenTelemetry's conventions. */
  attributes?: Readonly<Record<string, AttributeValue | undefined>>
}

export interface StepOptions {
  /** The same for every run. */
  name: string
  /** @default task */
  type?: StepType
  /** Place among its siblings. */
  index?: number
  inputs?: unknown
  attempt?: number
  /** Items that go in. */
  itemsIn?: number
  /** Tries it again; each attempt is a step of its own and the last one counts. `step` only. */
  retries?: RetryOptions
  attributes?: Readonly<Record<string, AttributeValue | undefined>>
}

/** How an execution or a step ended, where it does not follow from an error. */
export interface EndOptions {
  /** @default success, or what the error says */
  status?: Status
  output?: unknown
  /** Anything that was thrown. */
  error?: unknown
}
