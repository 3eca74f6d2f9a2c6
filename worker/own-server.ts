/** The worker's own pages: health, readiness and metrics. It serves nothing else. */
import { createServer } from 'node:http'
import { type Address, listen, OWN_PAGES, type OwnPages, serveOwnPage } from '@runlens/runtime'

const CONNECTIONS_MAX = 64
const HEADER_BYTES_MAX = 16 * 1024
const REQUEST_MS = 10_000

export interface OwnServer {
  address: Address
  stop: () => Promise<void>
}

/** @throws RunlensError `port_in_use` or `address_invalid` */
export async function startOwnServer(address: Address, pages: OwnPages): Promise<OwnServer> {
  const limits = { maxHeaderSize: HEADER_BYTES_MAX, headersTimeout: REQUEST_MS, requestTimeout: REQUEST_MS }
  const server = createServer(limits, (request, response) => {
    const path = request.url?.split('?', 1)[0]
    const page = OWN_PAGES.find((name) => path === `/${name}`)
    if (page) serveOwnPage(pages, page, request, response)
    else response.writeHead(404, { 'content-type': 'text/plain' }).end(`Served here: ${OWN_PAGES.join(', ')}\n`)
  })
  server.maxConnections = CONNECTIONS_MAX
  return {
    address: await listen(server, address, 'RUNLENS_WORKER'),
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
