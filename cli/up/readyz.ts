/** Waits until the stack really answers: a process may be up and still unable to serve. */
import { setTimeout as sleep } from 'node:timers/promises'

const POLL_MS = 50
const REQUEST_TIMEOUT_MS = 2_000
const TELL_EVERY_MS = 10_000

/**
 * Returns when every URL has answered 200.
 * @param tell told every 10 s about a URL that does not, with the reason
 */
export async function waitUntilAnswering(
  urls: readonly string[],
  signal: AbortSignal,
  tell: (url: string, why: string) => void,
): Promise<void> {
  await Promise.all(urls.map((url) => waitForOne(url, signal, tell)))
}

async function waitForOne(url: string, signal: AbortSignal, tell: (url: string, why: string) => void): Promise<void> {
  let lastTold = Date.now()
  for (;;) {
    const why = await probe(url, signal)
    if (why === undefined) return
    if (Date.now() - lastTold >= TELL_EVERY_MS) {
      lastTold = Date.now()
      tell(url, why)
    }
    await sleep(POLL_MS, undefined, { signal })
  }
}

async function probe(url: string, signal: AbortSignal): Promise<string | undefined> {
  try {
    const answer = await fetch(url, { signal: AbortSignal.any([signal, AbortSignal.timeout(REQUEST_TIMEOUT_MS)]) })
    const body = await answer.text()
    return answer.status === 200 ? undefined : `${answer.status} ${body.slice(0, 200)}`
  } catch (error) {
    signal.throwIfAborted()
    return error instanceof Error ? error.message : String(error)
  }
}
