/** Names of workflows, for executions that came without their workflow; read once, when the first such execution comes. */
import { askAgain } from './ask-again.ts'
import type { N8nClient } from './n8n-client.ts'

/** Pages of 100. */
const PAGES_MAX = 100
/** Names are not worth waiting long for. */
const PATIENCE = { giveUpMs: 10_000, triesMax: 3 }

export interface WorkflowNamesOptions {
  n8n: N8nClient
  onRetry: () => void
}

export class WorkflowNames {
  readonly #options: WorkflowNamesOptions
  #names: Promise<ReadonlyMap<string, string>> | undefined

  constructor(options: WorkflowNamesOptions) {
    this.#options = options
  }

  /** The id itself where the server does not tell, or the key may not read workflows. */
  async nameOf(workflowId: string, signal: AbortSignal): Promise<string> {
    this.#names ??= this.#read(signal)
    return (await this.#names).get(workflowId) ?? workflowId
  }

  async #read(signal: AbortSignal): Promise<ReadonlyMap<string, string>> {
    const { n8n, onRetry } = this.#options
    const names = new Map<string, string>()
    let cursor = ''
    for (let pages = 0; pages < PAGES_MAX; pages++) {
      const at = cursor
      const answer = await askAgain(() => n8n.workflows(at, signal), { ...PATIENCE, signal, onRetry })
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
