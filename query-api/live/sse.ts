/** A reader's events as a `text/event-stream` (https://html.spec.whatwg.org/multipage/server-sent-events.html). */
import type { StreamedAnswer } from '../routes/route.ts'
import { KEEP_ALIVE, type Reader } from './reader.ts'

/** What a browser waits before it comes back. */
const RETRY_MS = 2_000

export function eventStream(reader: Reader): StreamedAnswer {
  return {
    contentType: 'text/event-stream; charset=utf-8',
    // Proxies that gather answers would hold events back.
    // When the stream ends nothing else comes on its connection, so a server that stops need not wait for it.
    headers: { 'x-accel-buffering': 'no', connection: 'close' },
    chunks: chunksOf(reader),
  }
}

async function* chunksOf(reader: Reader): AsyncGenerator<string> {
  try {
    yield `retry: ${RETRY_MS}\n\n`
    for (let batch = await reader.next(); batch !== undefined; batch = await reader.next()) {
      yield batch === KEEP_ALIVE ? ': keep-alive\n\n' : batch.map(({ sse }) => sse).join('')
    }
  } finally {
    reader.close()
  }
}
