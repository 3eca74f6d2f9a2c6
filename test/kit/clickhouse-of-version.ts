/** A ClickHouse of any version, which takes every statement and knows nothing: an old one can't be had in a test. */
import { once } from 'node:events'
import { createServer } from 'node:http'

export interface ClickHouseOfVersion {
  url: string
  /** Statements that it was given. */
  asked: readonly string[]
  stop(): void
}

export async function startClickHouseOf(version: string): Promise<ClickHouseOfVersion> {
  const asked: string[] = []
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const statement = Buffer.concat(chunks).toString()
    asked.push(statement)
    response.end(statement.includes('version()') ? `${JSON.stringify({ version })}\n` : '')
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  const stop = () => {
    server.closeAllConnections()
    server.close()
  }
  return { url: `http://runlens:none@127.0.0.1:${port}/runlens`, asked, stop }
}
