/** Takes the place of ClickHouse where it must cost nothing: reads every request to its end and says yes, with the query's id as proof. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface StandIn {
  url: string
  stop(): void
}

export async function startStandIn(): Promise<StandIn> {
  const server = createServer((asked, answer) => {
    asked.resume()
    const id = new URL(asked.url ?? '/', 'http://stand-in').searchParams.get('query_id') ?? ''
    asked.once('end', () => answer.writeHead(200, { 'x-clickhouse-query-id': id }).end())
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
