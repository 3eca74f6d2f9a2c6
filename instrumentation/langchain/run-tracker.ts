/** Makes executions and steps of LangChain's runs, whichever kind they are. Nothing here throws. */
import { context } from '@opentelemetry/api'
import type { StepType } from '@runlens/conventions'
import { openStep } from '../execution/scope.ts'
import { resumeExecution, startExecution } from '../execution/with-execution.ts'
import { safely } from '../hub.ts'
import type { LangchainOptions } from './options.ts'
import { type Root, type Run, Runs } from './runs.ts'
import { plainMessages } from './values.ts'

/** Interrupted graphs whose continuation is recognised in this process. */
const THREADS_MAX = 1_000

export type Metadata = Readonly<Record<string, unknown>>

/** What is told of a run when it starts. */
export interface Begun {
  runId: string
  parentRunId: string | undefined
  name: string
  type: StepType
  inputs: unknown
  metadata: Metadata
  /** Whether the run is part of another one and says nothing by itself. */
  isHidden?: boolean
  attributes?: Record<string, string>
}

export class RunTracker {
  private readonly options: LangchainOptions
  private readonly runs = new Runs()
  /** Carriers of interrupted executions by their conversation. */
  private readonly waiting = new Map<string, object>()

  constructor(options: LangchainOptions) {
    this.options = options
  }

  begin(begun: Begun): void {
    safely(() => {
      const parent = this.runs.get(begun.parentRunId)
      this.runs.add(begun.runId, this.open(begun, parent))
    }, undefined)
  }

  /** @param finish ends the scope of a run that became one */
  end(runId: string, finish: (run: Run) => void): void {
    safely(() => {
      const run = this.runs.take(runId)
      if (run?.isOwn) finish(run)
    }, undefined)
  }

  /** A run whose node asked for somebody ends as `waiting`. */
  endGraph(run: Run): void {
    if (run.root?.execution === run.scope && run.root.isInterrupted) this.putAside(run.root)
    run.scope.end()
  }

  fail(error: unknown, runId: string): void {
    this.end(runId, (run) => {
      if (!isInterrupt(error)) {
        run.scope.end({ error })
        return
      }
      if (run.root !== undefined) run.root.isInterrupted = true
      if (run.root?.execution !== run.scope) run.scope.setStatus('waiting')
      this.endGraph(run)
    })
  }

  private open(begun: Begun, parent: Run | undefined): Run {
    // A model or a tool that is called by itself is a step of whatever is active.
    if (parent === undefined && begun.type !== 'llm' && begun.type !== 'tool') return this.openRoot(begun)
    if (begun.isHidden && parent !== undefined) return { ...parent, isOwn: false }
    const { name, type, inputs, attributes = {} } = begun
    const step = { name, type, inputs: plainMessages(inputs), attributes }
    return { scope: openStep(step, parent?.scope.context ?? context.active()), isOwn: true, root: parent?.root }
  }

  private openRoot({ name, inputs, metadata }: Begun): Run {
    const { workflow = name, kind = 'agent', conversation, user } = this.options
    const thread = conversation ?? conversationOf(metadata)
    const person = user ?? textOf(metadata.user_id)
    const told = {
      workflow,
      kind,
      inputs: plainMessages(inputs),
      ...(thread === undefined ? {} : { conversation: thread }),
      ...(person === undefined ? {} : { user: person }),
    }
    const carrier = thread !== undefined && isResumption(inputs) ? this.waiting.get(thread) : undefined
    if (thread !== undefined) this.waiting.delete(thread)
    const execution = carrier === undefined ? startExecution(told) : resumeExecution(carrier, told)
    return { scope: execution, isOwn: true, root: { execution, thread, isInterrupted: false } }
  }

  private putAside({ execution, thread }: Root): void {
    const carrier = execution.handOver({})
    if (thread === undefined) return
    if (this.waiting.size >= THREADS_MAX) this.waiting.delete(this.waiting.keys().next().value as string)
    this.waiting.set(thread, carrier)
  }
}

/** `new Command({resume: …})`. */
function isResumption(inputs: unknown): boolean {
  const { lg_name, resume } = (inputs ?? {}) as { lg_name?: unknown; resume?: unknown }
  return lg_name === 'Command' && resume !== undefined
}

function isInterrupt(error: unknown): boolean {
  const { name } = (error ?? {}) as { name?: unknown }
  return name === 'GraphInterrupt' || name === 'NodeInterrupt'
}

function conversationOf(metadata: Metadata): string | undefined {
  return textOf(metadata.thread_id) ?? textOf(metadata.session_id) ?? textOf(metadata.conversation_id)
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined
}
