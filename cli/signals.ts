/** The first signal asks for an orderly end, the second one for an end at once. */

/**
 * `npm start` passes Ctrl-C on to a program that the terminal has told already, so two in quick succession are one.
 */
const SAME_KEYSTROKE_MS = 700

export interface StopSignals {
  stop: AbortSignal
  force: AbortSignal
}

export function listenForSignals(): StopSignals {
  const stop = new AbortController()
  const force = new AbortController()
  let firstAt = 0
  const onSignal = () => {
    const now = performance.now()
    if (!stop.signal.aborted) {
      firstAt = now
      stop.abort()
    } else if (now - firstAt > SAME_KEYSTROKE_MS) {
      force.abort()
    }
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal)
  // A program that started this one with a channel and is gone would leave it running for ever.
  if (process.connected) process.once('disconnect', onSignal)
  return { stop: stop.signal, force: force.signal }
}
