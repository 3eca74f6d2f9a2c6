/** Starts the demo's programs that use our instrumentation, sends them their work, and counts what they say came of it. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Status } from '@runlens/conventions'
import { type Environment, packageAsset } from '@runlens/runtime'
import { type NativePlan, PROGRAMS, type ProgramName } from './native-plan.ts'
import type { Report, Rest } from './programs/report.ts'
import { addExecution, type Tally } from './tally.ts'

const SCRIPT = packageAsset(import.meta.url, 'dist/demo/programs/main.js')
/** How long a program may take to send the rest. */
const STOP_MS = 5_000
/** How long what is about to end may take to do so. */
const GRACE_MS = 1_000
const LOOK_MS = 20

type Message = Report | Rest | 'ready'

export interface LivePrograms {
  /** Has it done at once. */
  start: (plan: NativePlan) => void
  /** Rejects when a program ends that nobody told to. */
  failed: Promise<never>
  /** Resolves when nothing is open any more, or after a second. */
  settled: () => Promise<void>
  /** Ends them; what is open then is cancelled. */
  stop: () => Promise<void>
}

export interface ProgramOptions {
  /** Base URL of OTLP/HTTP. */
  endpoint: string
  environment: Environment
  tally: Tally
  /** Told when there is something new to count. */
  onReport: () => void
}

/** Resolves when all of them take work. */
export async function startPrograms(options: ProgramOptions): Promise<LivePrograms> {
  const children = new Map<ProgramName, ChildProcess>()
  const open = new Map<string, Status>()
  let isStopping = false
  for (const name of PROGRAMS) children.set(name, startProgram(name, options))
  const all = [...children.entries()]
  for (const [, child] of all) child.on('message', (message: Message) => take(message, open, options))
  const failed = Promise.race(
    all.map(async ([name, child]) => {
      const [code, signal] = await once(child, 'exit')
      if (!isStopping) throw new Error(`the demo's program ${name} ended with ${code ?? signal}`)
      return new Promise<never>(() => {})
    }),
  )
  // Whoever waits for it hears of it.
  failed.catch(() => {})
  await Promise.race([Promise.all(all.map(([, child]) => once(child, 'message'))), failed])
  return {
    failed,
    start: (plan) => void children.get(plan.program)!.send(plan),
    settled: async () => {
      for (let waitedMs = 0; open.size > 0 && waitedMs < GRACE_MS; waitedMs += LOOK_MS) await sleep(LOOK_MS)
    },
    stop: async () => {
      isStopping = true
      await Promise.all(all.map(([, child]) => end(child)))
      for (const status of open.values()) addExecution(options.tally, status === 'waiting' ? 'waiting' : 'cancelled')
      open.clear()
    },
  }
}

function startProgram(name: ProgramName, { endpoint, environment }: ProgramOptions): ChildProcess {
  const inherited = Object.entries(environment).filter(([key]) => !key.startsWith('OTEL_'))
  return spawn(process.execPath, [SCRIPT, name, endpoint], {
    env: Object.fromEntries(inherited) as NodeJS.ProcessEnv,
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    // Ctrl-C of a terminal would reach it together with ours, and a second signal hurries it.
    detached: true,
  })
}

function take(message: Message, open: Map<string, Status>, { tally, onReport }: ProgramOptions): void {
  if (message === 'ready') return
  tally.spans += message.spans
  if (!('id' in message)) return
  const { id, status, isOver } = message
  if (isOver) {
    open.delete(id)
    addExecution(tally, status)
  } else open.set(id, status)
  onReport()
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  // Its last reports may come after its end.
  const exited = Promise.all([once(child, 'exit'), child.connected ? once(child, 'disconnect') : undefined])
  if (child.connected) child.send('stop')
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS)
  await exited
  clearTimeout(timer)
}
