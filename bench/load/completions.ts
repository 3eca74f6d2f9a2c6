/** When executions are told as over by the API's stream of events: one reader, whatever the number of executions that are waited for. */

const SEPARATOR = '\n\n'

export interface Completions {
  /** Resolves with the moment (`performance.now()`) at which the end of the execution was told; infinite when it was not in time. */
  of(executionId: string, timeoutMs: number): Promise<number>
  close(): void
}

/** @throws Error when the API refuses the stream */
export async function watchCompletions(api: string, workflowId: string): Promise<Completions> {
  const controller = new AbortController()
  const answer = await fetch(`${api}/api/v1/sse/executions?workflow_id=${workflowId}`, { signal: controller.signal })
  if (answer.status !== 200 || answer.body === null) throw new Error(`the stream was refused with ${answer.status}`)
  const waiting = new Map<string, (at: number) => void>()
  const told = new Map<string, number>()
  const read = async (body: AsyncIterable<Uint8Array>) => {
    const decoder = new TextDecoder()
    let rest = ''
    for await (const chunk of body) {
      const parts = (rest + decoder.decode(chunk, { stream: true })).split(SEPARATOR)
      rest = parts.pop()!
      for (const id of parts.flatMap(completedIn)) {
        told.set(id, performance.now())
        waiting.get(id)?.(performance.now())
      }
    }
  }
  read(answer.body as unknown as AsyncIterable<Uint8Array>).catch((error: unknown) => {
    if (!controller.signal.aborted) throw error
  })
  return {
    of: (executionId, timeoutMs) =>
      new Promise((resolve) => {
        const known = told.get(executionId)
        const timer = setTimeout(() => done(Number.POSITIVE_INFINITY), timeoutMs)
        const done = (at: number) => {
          clearTimeout(timer)
          waiting.delete(executionId)
          resolve(at)
        }
        if (known === undefined) waiting.set(executionId, done)
        else done(known)
      }),
    close: () => controller.abort(),
  }
}

function completedIn(event: string): string[] {
  if (!event.includes('event: execution.completed')) return []
  const data = event.split('\n').find((line) => line.startsWith('data: '))
  return data === undefined ? [] : [(JSON.parse(data.slice(6)) as { execution_id: string }).execution_id]
}
