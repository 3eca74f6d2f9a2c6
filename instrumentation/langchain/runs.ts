/** The runs that LangChain told of and that are not over, each with what it became. Bounded: the oldest is given up for a new one. */
import type { Execution } from '../execution/execution.ts'
import type { Step } from '../execution/scope.ts'

const RUNS_MAX = 10_000

export interface Run {
  scope: Execution | Step
  /** Whether the run became `scope`; otherwise it is hidden and its children belong to `scope`. */
  isOwn: boolean
  /** The execution that it is a part of, if this handler started one. */
  root: Root | undefined
}

/** An execution that this handler started. */
export interface Root {
  execution: Execution
  /** The conversation whose graph it is. */
  thread: string | undefined
  /** A node asked for somebody: the graph ends and goes on later. */
  isInterrupted: boolean
}

export class Runs {
  private readonly open = new Map<string, Run>()

  get(runId: string | undefined): Run | undefined {
    return runId === undefined ? undefined : this.open.get(runId)
  }

  add(runId: string, run: Run): void {
    if (this.open.size >= RUNS_MAX) this.giveUpOldest()
    this.open.set(runId, run)
  }

  take(runId: string): Run | undefined {
    const run = this.open.get(runId)
    this.open.delete(runId)
    return run
  }

  private giveUpOldest(): void {
    for (const [runId, { scope, isOwn }] of this.open) {
      this.open.delete(runId)
      if (isOwn) scope.end({ status: 'cancelled' })
      return
    }
  }
}
