/** One GET with a time limit, as an outcome. */
import { systemErrorCode } from '@runlens/runtime'

const TIMEOUT_MS = 5_000

export type FetchOutcome = { kind: 'answer'; status: number; text: string } | { kind: 'silent'; why: string }

export async function fetchText(url: string): Promise<FetchOutcome> {
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS) })
    return { kind: 'answer', status: answer.status, text: await answer.text() }
  } catch (error) {
    const timedOut = error instanceof Error && error.name === 'TimeoutError'
    const cause = error instanceof Error ? error.cause : undefined
    return {
      kind: 'silent',
      why: `does not answer (${timedOut ? `${TIMEOUT_MS / 1_000} s` : (systemErrorCode(cause) ?? String(error))})`,
    }
  }
}
