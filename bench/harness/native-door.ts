/** A door to the embedded ClickHouse for Go's client: passes everything on, and frames answers as that client reads them. */
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { reframe } from './native-frame.ts'

export interface Door {
  /** `http://host:port`. */
  origin: string
  close(): void
}

export async function openDoor(clickhouseOrigin: string): Promise<Door> {
  const server = createServer((asked, answer) => pass(asked, answer, clickhouseOrigin))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => {
      server.close()
      server.closeAllConnections()
    },
  }
}

function pass(asked: IncomingMessage, answer: ServerResponse, origin: string): void {
  const onwards = request(new URL(asked.url!, origin), { method: asked.method!, headers: asked.headers })
  onwards.on('response', (back) => {
    const chunks: Buffer[] = []
    back.on('data', (chunk: Buffer) => chunks.push(chunk))
    back.on('end', () => {
      const body = Buffer.concat(chunks)
      answer.writeHead(back.statusCode!).end(back.statusCode === 200 ? reframe(body) : body)
    })
  })
  onwards.on('error', (error) => answer.writeHead(502).end(String(error)))
  asked.pipe(onwards)
}
