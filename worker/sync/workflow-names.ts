/** Names of workflows, for executions that came without their workflow; read once, when the first such execution comes. */
import type { N8nClient } from './n8n-client.ts'

/** Pages of 100. */
const PAGES_MAX = 100

export class WorkflowNames {
  readonly #n8n: N8nClient
  #names: Promise<ReadonlyMap<string, string>> | undefined

  constructor(n8n: N8nClient) {
    this.#n8n = n8n
  }

  /** '' where the server does not tell, or the key may not read workflows: an execution is known by its workflow's id as well. */
  async nameOf(workflowId: string, signal: AbortSignal): Promise<string> {
    this.#names ??= this.#read(signal)
    return (await this.#names).get(workflowId) ?? ''
  }

  async #read(signal: AbortSignal): Promise<ReadonlyMap<string, string>> {
    const names = new Map<string, string>()
    let cursor = ''
    for (let pages = 0; pages < PAGES_MAX; pages++) {
      const answer = await this.#n8n.workflows(cursor, signal)
      if (answer.kind !== 'ok') break
      const { data, nextCursor } = answer.body as { data?: unknown; nextCursor?: unknown }
      for (const workflow of Array.isArray(data) ? data : []) {
        const { id, name } = (workflow ?? {}) as { id?: unknown; name?: unknown }
        if (typeof name === 'string') names.set(String(id), name.slice(0, 1_000))
      }
      if (typeof nextCursor !== 'string' || nextCursor === '' || nextCursor === cursor) break
      cursor = nextCursor
    }
    return names
  }
}
