/** How soon an execution of `@runlens/instrumentation` shows as running in the API, from its start in this process. */
import { setTimeout as sleep } from 'node:timers/promises'
import { type Execution, withExecution } from '@runlens/instrumentation'
import { startRunlens } from '@runlens/instrumentation/sdk'

const ASK_EVERY_MS = 40
const PATIENCE_MS = 30_000
/** Longer than anything waits for more of an earlier one. */
const PAUSE_MS = 1_500

/**
 * One after another, each on its own.
 * @param urls base URLs of a stack that does nothing else
 * @returns milliseconds each; infinite for one that did not show
 */
export async function timeStarts(urls: { otlpHttp: string; api: string }, count: number): Promise<number[]> {
  const runlens = startRunlens({
    serviceName: 'starts',
    endpoint: urls.otlpHttp,
    instrumentations: 'none',
    flushAtEnd: false,
  })
  const times: number[] = []
  try {
    while (times.length < count) {
      times.push(
        await withExecution({ workflow: 'start', kind: 'job' }, (execution) => seenRunning(urls.api, execution)),
      )
      await sleep(PAUSE_MS + Math.random() * PAUSE_MS)
    }
  } finally {
    await runlens.shutdown()
  }
  return times
}

async function seenRunning(api: string, { id }: Execution): Promise<number> {
  const begin = performance.now()
  while (performance.now() - begin < PATIENCE_MS) {
    const answer = await fetch(`${api}/api/v1/executions/id/${id}`)
    const text = await answer.text()
    if (answer.status === 200 && (JSON.parse(text) as { status: string }).status === 'running') {
      return performance.now() - begin
    }
    await sleep(ASK_EVERY_MS)
  }
  return Number.POSITIVE_INFINITY
}
