/** The end of the program: what is open is ended, what is recorded is sent, and the program ends as it would have without us. */
import { noteFault } from '../hub.ts'

/** Signals that end a process which does nothing about them. */
const SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const

export type ProgramEnd = { signal: string } | { exitCode: number }

export interface LifecycleOptions {
  /** How long the program may be held up. */
  timeoutMs: number
  hasPending: () => boolean
  /** Tells whether it was in time. Never rejects. */
  flush: (timeoutMs: number) => Promise<boolean>
  /** Ends what is open, because the program ends. */
  endOpen: (end: ProgramEnd) => void
  /** Sends without the event loop. */
  flushNow: (timeoutMs: number) => void
}

/** Watches for the end; gives what stops watching. */
export function watchForTheEnd(options: LifecycleOptions): () => void {
  const flush = async () => {
    isUnreachable = !(await options.flush(options.timeoutMs))
  }
  let isUnreachable = false
  let isEnding = false
  const beforeExit = () => {
    // Runs again once the flush has emptied the event loop.
    if (isUnreachable || !options.hasPending()) return
    void flush()
  }
  /** Without the event loop. */
  const endAndSend = (how: ProgramEnd) => {
    try {
      options.endOpen(how)
      if (options.hasPending() && !isUnreachable) options.flushNow(options.timeoutMs)
    } catch (error) {
      noteFault(error)
    }
  }
  const exit = (exitCode: number) => endAndSend({ exitCode })
  const onSignal = (signal: NodeJS.Signals) => {
    // Whoever else listens decides about the end, and may have work to finish until then.
    const isOurs = process.listenerCount(signal) <= 1
    if (!isOurs) return void flush()
    const end = () => {
      stop()
      process.kill(process.pid, signal)
    }
    // Who asks twice is in a hurry.
    if (isEnding) return end()
    isEnding = true
    options.endOpen({ signal })
    void flush().then(() => {
      // Whatever was begun while it was sent.
      endAndSend({ signal })
      end()
    })
  }
  const stop = () => {
    process.off('beforeExit', beforeExit)
    process.off('exit', exit)
    for (const signal of SIGNALS) process.off(signal, onSignal)
  }
  process.on('beforeExit', beforeExit)
  process.on('exit', exit)
  for (const signal of SIGNALS) process.on(signal, onSignal)
  return stop
}
