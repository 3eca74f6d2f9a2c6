/** A client of server-sent events, as the standard has it: it notes the last id and can come back with it. */
import { PATIENCE_MS } from './patience.ts'

export interface SseEvent {
  id: string | null
  event: string
  // Tests read what they expect; a wrong shape fails them.
  // biome-ignore lint/suspicious/noExplicitAny: the data of any event
  data: any
}

export interface SseClient {
  status: number
  headers: Headers
  /** Every event so far. */
  events: SseEvent[]
  /** Lines that are comments. */
  comments: string[]
  /** Of the last event that had one. */
  lastEventId: string | null
  /** Resolves when `enough` holds; fails after the given time with what came. */
  until(enough: (events: SseEvent[]) => boolean, timeoutMs?: number): Promise<void>
  /** Resolves when the server ended the stream. */
  ended: Promise<void>
  close(): void
}

export async function openSse(url: string, headers: Record<string, string> = {}): Promise<SseClient> {
  const controller = new AbortController()
  const response = await fetch(url, { headers: { accept: 'text/event-stream', ...headers }, signal: controller.signal })
  const watchers = new Set<() => void>()
  const client: SseClient = {
    status: response.status,
    headers: response.headers,
    events: [],
    comments: [],
    lastEventId: null,
    until: (enough, timeoutMs = PATIENCE_MS) =>
      new Promise((resolve, reject) => {
        const timer = setTimeout(() => {
          watchers.delete(check)
          reject(new Error(`only came: ${JSON.stringify(client.events)}`))
        }, timeoutMs)
        const check = () => {
          if (!enough(client.events)) return
          clearTimeout(timer)
          watchers.delete(check)
          resolve()
        }
        watchers.add(check)
        check()
      }),
    ended: Promise.resolve(),
    close: () => controller.abort(),
  }
  if (response.status === 200) {
    client.ended = read(response, client, watchers).catch((error: unknown) => {
      if (!controller.signal.aborted) throw error
    })
  }
  return client
}

async function read(response: Response, client: SseClient, watchers: Set<() => void>): Promise<void> {
  const decoder = new TextDecoder()
  let text = ''
  for await (const chunk of response.body!) {
    text += decoder.decode(chunk, { stream: true })
    const blocks = text.split('\n\n')
    text = blocks.pop()!
    for (const block of blocks) take(block, client)
    for (const watcher of [...watchers]) watcher()
  }
}

function take(block: string, client: SseClient): void {
  const fields = new Map(
    block.split('\n').map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()]),
  )
  const comment = fields.get('')
  if (comment !== undefined) client.comments.push(comment)
  const data = fields.get('data')
  if (data === undefined) return
  const id = fields.get('id') ?? null
  client.lastEventId = id ?? client.lastEventId
  client.events.push({ id, event: fields.get('event') ?? 'message', data: JSON.parse(data) })
}
