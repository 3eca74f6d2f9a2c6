/**
 * Takes the place of ClickHouse where it must cost nothing: says that its tables are there, reads every insert to its end and says
 * yes, with the query's id as proof.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { readMigrations } from '@runlens/clickhouse'

export interface StandIn {
  url: string
  stop(): void
}

export async function startStandIn(): Promise<StandIn> {
  const server = createServer((asked, answer) => {
    const url = new URL(asked.url ?? '/', 'http://stand-in')
    if (url.searchParams.get('query')?.startsWith('INSERT')) takeInsert(asked, answer, url)
    else tellSchema(asked, answer)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://anyone@127.0.0.1:${(server.address() as AddressInfo).port}/any`,
    stop: () => {
      server.close()
      server.closeAllConnections()
    },
  }
}

function takeInsert(asked: IncomingMessage, answer: ServerResponse, url: URL): void {
  const id = url.searchParams.get('query_id') ?? ''
  asked.resume()
  asked.once('end', () => answer.writeHead(200, { 'x-clickhouse-query-id': id }).end())
}

/** What `schemaState` asks: whether there is a list of migrations, and what stands in it. */
async function tellSchema(asked: IncomingMessage, answer: ServerResponse): Promise<void> {
  const query = await text(asked)
  const rows = query.startsWith('EXISTS') ? [{ result: 1 }] : readMigrations()
  answer.end(rows.map((row) => `${JSON.stringify(row)}\n`).join(''))
}
