/** The processes of the stack together: started in order, watched, stopped in the order that loses nothing. */
import type { RunlensError } from '@runlens/runtime'
import type { LogSink } from './log-sink.ts'
import { type ProcessPlan, STOP_ORDER, type StackComponent } from './plan.ts'
import type { ComponentFault, RunningComponent } from './run-state.ts'
import { type Crash, SupervisedProcess } from './supervised-process.ts'

export interface StackEvents {
  /** A process id or what keeps a process from running changed: to be noted. */
  changed: () => void
  /** A process said why it can't start for now, and something else than it said the last time. */
  blocked: (fault: ComponentFault) => void
  /** A process answers again. */
  recovered: (component: StackComponent) => void
}

export class Stack {
  private readonly plans: readonly ProcessPlan[]
  private readonly sink: LogSink
  private readonly events: StackEvents
  private readonly processes = new Map<StackComponent, SupervisedProcess>()
  private stopping = false

  constructor(plans: readonly ProcessPlan[], sink: LogSink, events: StackEvents) {
    this.plans = plans
    this.sink = sink
    this.events = events
  }

  /** Starts one process; does nothing when it is not planned (ClickHouse, when one's own is used). */
  start(component: StackComponent): void {
    const plan = this.plans.find((one) => one.component === component)
    if (!plan || this.stopping) return
    this.processes.set(
      component,
      new SupervisedProcess(plan, {
        line: this.sink.line,
        crashed: (crash) => this.tellCrash(crash),
        blocked: this.events.blocked,
        recovered: (name) => {
          this.sink.note('info', `${name} is back`)
          this.events.recovered(name)
        },
        changed: this.events.changed,
      }),
    )
  }

  /**
   * Resolves when the named processes (of those started) have been ready once.
   * @throws RunlensError of the first one that can't start
   */
  async ready(...components: StackComponent[]): Promise<void> {
    const wanted = [...this.processes.values()].filter((one) => components.includes(one.component))
    await Promise.all(wanted.map((one) => one.firstReady))
  }

  /** Rejects as soon as any started process says that it can't start; never resolves. */
  failure(component: StackComponent): Promise<RunlensError | undefined> {
    const firstReady = this.processes.get(component)?.firstReady ?? Promise.resolve()
    return firstReady.then(
      () => undefined,
      (error: RunlensError) => error,
    )
  }

  /** Those that run right now, in the order of starting. */
  running(): RunningComponent[] {
    return [...this.processes.values()].flatMap(({ component, identity, restarts }) =>
      identity ? [{ component, restarts, ...identity }] : [],
    )
  }

  /** What keeps started processes from running, for those that said why. */
  faults(): ComponentFault[] {
    return [...this.processes.values()].flatMap(({ fault }) => fault ?? [])
  }

  /** Those started that do not answer right now. */
  unready(): StackComponent[] {
    return [...this.processes.values()].filter((one) => !one.ready).map((one) => one.component)
  }

  /** Stops one after another; says so when one had to be killed. */
  async stop(): Promise<void> {
    this.stopping = true
    for (const component of STOP_ORDER) {
      const stopped = await this.processes.get(component)?.stop()
      if (stopped === false) this.sink.note('error', `${component} did not stop in time and was killed`)
    }
  }

  /** Ends all at once. */
  kill(): void {
    this.stopping = true
    for (const one of this.processes.values()) one.kill()
  }

  private tellCrash({ component, how, failure, restartInMs }: Crash): void {
    this.sink.note(
      'error',
      `${component} ended unexpectedly (${how}); it is started again in ${restartInMs / 1000} s`,
      {
        ...(failure ? { code: failure.code, reason: failure.message } : {}),
      },
    )
  }
}
