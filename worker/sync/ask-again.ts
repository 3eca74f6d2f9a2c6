/** Asks again what may be answered later: with growing pauses, or as long as the server wants, until it has failed for too long. */
import { setTimeout as sleep } from 'node:timers/promises'

export interface Later {
  kind: 'later'
  message: string
  /** What the server asks for; undefined when it does not say. */
  retryAfterMs: number | undefined
}

export interface AskAgainOptions {
  /** From the first failure. */
  giveUpMs: number
  /** Tries at most; default: as many as fit into the time. */
  triesMax?: number
  signal: AbortSignal
  onRetry: () => void
}

const FIRST_PAUSE_MS = 250
const LONGEST_PAUSE_MS = 30_000
/** A server that wants more is asked after this long, once more. */
const LONGEST_WISH_MS = 300_000

/** @throws the signal's reason once that is aborted */
export async function askAgain<T extends { kind: string }>(
  attempt: () => Promise<T | Later>,
  { giveUpMs, triesMax = Number.POSITIVE_INFINITY, signal, onRetry }: AskAgainOptions,
): Promise<T | Later> {
  let failingSince: number | undefined
  for (let tries = 1; ; tries++) {
    const outcome = await attempt()
    if (!isLater(outcome)) return outcome
    const now = performance.now()
    failingSince ??= now
    const pauseMs = Math.min(
      outcome.retryAfterMs ?? Math.min(FIRST_PAUSE_MS * 2 ** (tries - 1), LONGEST_PAUSE_MS),
      LONGEST_WISH_MS,
    )
    if (tries >= triesMax || now + pauseMs - failingSince > giveUpMs) return outcome
    onRetry()
    await sleep(pauseMs, undefined, { signal })
  }
}

function isLater(outcome: { kind: string }): outcome is Later {
  return outcome.kind === 'later'
}
