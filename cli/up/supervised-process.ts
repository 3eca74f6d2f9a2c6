/** Keeps one process of the stack running: starts it, waits for its ready message, starts it again when it crashes, stops it. */
import { type ChildProcess, fork } from 'node:child_process'
import { createInterface } from 'node:readline'
import {
  ERROR_CODES,
  type ErrorCode,
  EXIT_CANNOT_START,
  type FailedMessage,
  identify,
  type ProcessIdentity,
  type ProcessMessage,
  RunlensError,
} from '@runlens/runtime'
import type { ProcessPlan, StackComponent } from './plan.ts'
import { HEALTHY_AFTER_MS, restartDelayMs } from './restart-delay.ts'
import type { ComponentFault } from './run-state.ts'

export interface Crash {
  component: StackComponent
  /** `exit code 1`, `signal SIGKILL`. */
  how: string
  /** What the process itself said, where it could. */
  failure: FailedMessage | undefined
  restartInMs: number
}

export interface ProcessEvents {
  line: (component: StackComponent, line: string) => void
  crashed: (crash: Crash) => void
  /** It said why it can't start for now, and something else than the last time. */
  blocked: (fault: ComponentFault) => void
  /** Answers again after a crash. */
  recovered: (component: StackComponent) => void
  /** The process id or the count of restarts changed. */
  changed: () => void
}

/** Longer than a process gives its own stop (30 s), after which it is killed. */
const STOP_WAIT_MS = 35_000
const OUTPUT_WAIT_MS = 500

/** A person mends these while the rest of the stack does its work, so the process is tried again, be it the first time. */
const MENDED_BESIDE: readonly string[] = ['clickhouse_dir_damaged'] satisfies ErrorCode[]

export class SupervisedProcess {
  readonly component: StackComponent
  /**
   * Resolves when the process is ready for the first time.
   * Rejects with the process's own RunlensError when it says at its first start that no restart will mend it.
   */
  readonly firstReady: Promise<void>
  identity: ProcessIdentity | undefined
  restarts = 0
  ready = false
  /** Why it could not start, in its own words, until it can. */
  fault: ComponentFault | undefined

  private readonly plan: ProcessPlan
  private readonly events: ProcessEvents
  private settleFirst!: { resolve: () => void; reject: (error: RunlensError) => void }
  private child: ChildProcess | undefined
  private timer: NodeJS.Timeout | undefined
  private failure: FailedMessage | undefined
  private wasReady = false
  private readySince = 0
  private crashes = 0
  private stopping = false
  private onGone: () => void = () => {}

  constructor(plan: ProcessPlan, events: ProcessEvents) {
    this.component = plan.component
    this.plan = plan
    this.events = events
    this.firstReady = new Promise((resolve, reject) => {
      this.settleFirst = { resolve, reject }
    })
    // Whoever waits for it sees the failure; nobody may be waiting any more.
    this.firstReady.catch(() => {})
    this.spawn()
  }

  /** SIGTERM, then SIGKILL when it does not end within 35 s; returns whether it ended by itself. */
  async stop(): Promise<boolean> {
    this.stopping = true
    clearTimeout(this.timer)
    if (!this.child) return true
    const gone = new Promise<boolean>((resolve) => {
      this.onGone = () => resolve(true)
    })
    this.child.kill('SIGTERM')
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<boolean>((resolve) => {
      timer = setTimeout(() => resolve(false), STOP_WAIT_MS)
    })
    const ended = await Promise.race([gone, late])
    clearTimeout(timer)
    if (!ended) {
      this.child?.kill('SIGKILL')
      await gone
    }
    return ended
  }

  /** Ends it at once and for good. */
  kill(): void {
    this.stopping = true
    clearTimeout(this.timer)
    this.child?.kill('SIGKILL')
  }

  private spawn(): void {
    this.failure = undefined
    const child = fork(this.plan.script, [], {
      env: { ...this.plan.environment } as NodeJS.ProcessEnv,
      execArgv: [],
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      // A process group of its own: Ctrl-C in the terminal reaches the supervisor only, which knows the order of stopping.
      detached: true,
    })
    this.child = child
    this.identity = child.pid === undefined ? undefined : identify(child.pid)
    for (const stream of [child.stdout, child.stderr]) {
      if (stream) createInterface({ input: stream }).on('line', (line) => this.events.line(this.component, line))
    }
    child.on('message', (message) => this.receive(message as ProcessMessage))
    child.on('error', (error) => this.events.line(this.component, `cannot run ${this.plan.script}: ${error.message}`))
    child.once('exit', (code, signal) => this.afterOutput(child, () => this.exited(code, signal)))
    this.events.changed()
  }

  /** A process's last lines arrive after its end; something that inherited its output may keep that open, so not for ever. */
  private afterOutput(child: ChildProcess, then: () => void): void {
    const timer = setTimeout(then, OUTPUT_WAIT_MS)
    child.once('close', () => {
      clearTimeout(timer)
      if (this.child === child) then()
    })
  }

  private receive(message: ProcessMessage): void {
    if (message.type === 'failed') {
      this.failure = message
      return
    }
    this.ready = true
    this.readySince = Date.now()
    if (this.wasReady || this.fault) this.events.recovered(this.component)
    this.wasReady = true
    this.settleFirst.resolve()
    if (this.fault) {
      this.fault = undefined
      this.events.changed()
    }
  }

  private exited(code: number | null, signal: NodeJS.Signals | null): void {
    const healthy = this.ready && Date.now() - this.readySince >= HEALTHY_AFTER_MS
    this.child = undefined
    this.identity = undefined
    this.ready = false
    if (this.stopping) {
      this.onGone()
      return
    }
    // Once it has run with these settings, what stops it now (a port in the hands of its dying predecessor) may pass.
    const passing = this.wasReady || MENDED_BESIDE.includes(this.failure?.code ?? '')
    if (code === EXIT_CANNOT_START && !passing) {
      this.settleFirst.reject(asError(this.component, this.failure))
      return
    }
    if (healthy) this.crashes = 0
    const restartInMs = restartDelayMs(this.crashes++)
    this.events.crashed({
      component: this.component,
      how: signal ? `signal ${signal}` : `exit code ${code}`,
      failure: this.failure,
      restartInMs,
    })
    this.noteFault()
    this.timer = setTimeout(() => {
      this.restarts++
      this.spawn()
    }, restartInMs)
    this.events.changed()
  }

  private noteFault(): void {
    const before = this.fault
    const { code, message, hint } = this.failure ?? {}
    this.fault = code && message && hint !== undefined ? { component: this.component, code, message, hint } : undefined
    if (this.fault && this.fault.message !== before?.message) this.events.blocked(this.fault)
  }
}

function asError(component: StackComponent, failure: FailedMessage | undefined): RunlensError {
  const code = failure && (ERROR_CODES as readonly string[]).includes(failure.code) ? failure.code : 'config_invalid'
  return new RunlensError(
    code as ErrorCode,
    failure?.message ?? `The ${component} cannot start`,
    failure?.hint ?? 'The log lines above say why.',
  )
}
