/**
 * What is to happen in a run of the demo's programs that use our instrumentation. Of the past the same is told span by span
 * (`native-trace.ts`); live the programs do it (`programs/`). Plain data: it goes to them as a message.
 */
import type { ExecutionKind, Status, StepType } from '@runlens/conventions'
import type { Fault } from './trace-builder.ts'

/** Programs by the name of their service. */
export const PROGRAMS = ['shop', 'warehouse', 'query-desk'] as const
export type ProgramName = (typeof PROGRAMS)[number]

export interface PlannedStep {
  name: string
  type: StepType
  /** Milliseconds in the step itself, beside its query. */
  workMs: number
  items?: { in: number; out: number }
  /** To the shop's database. */
  query?: { text: string; workMs: number }
  /** What it breaks with. */
  fault?: Fault
}

export interface PlannedExecution {
  id: string
  /** From 1. */
  attempt: number
  retryOf?: string
  /** Milliseconds after the end of the attempt before. */
  pauseMs: number
  status: Status
  steps: PlannedStep[]
  /** Steps before it is handed over to a queue; absent: it goes through none. */
  queued?: { afterSteps: number; waitMs: number }
  input?: Record<string, string | number>
  output?: Record<string, string | number>
}

export interface WorkPlan {
  kind: 'work'
  program: 'shop' | 'warehouse'
  executionKind: ExecutionKind
  mode: string
  workflow: { id: string; name: string; version: string }
  environment: string
  user?: string
  /** Whether it says how far it is. */
  tellsProgress?: true
  /** Whether it is recorded as a visual session. */
  isVisual?: true
  /** One after another: the later ones are attempts of the first. */
  executions: PlannedExecution[]
}

export interface QueryPlan {
  kind: 'query'
  program: 'query-desk'
  system: string
  namespace: string
  text: string
  complexity: string
  pageSize: number
  /** Rows that there are; with a fault none come. */
  rows: number
  workMs: number
  status: Status
  fault?: Fault
  user: string
  conversation: string
  environment: string
  version: string
}

export type NativePlan = WorkPlan | QueryPlan
