/** A request through three services that are merely auto-instrumented: one execution of kind request. */
import { type Draft, KIND, type Service, type TraceDraft } from '../draft.ts'
import { databaseCall } from './database.ts'
import { faultSometimes } from './faults.ts'
import { gateway, orders, stock } from './services.ts'

const ROUTES = Array.from(
  { length: 24 },
  (_, n) => `/api/v1/${['orders', 'carts', 'returns', 'prices'][n % 4]}/{id}/${n}`,
)
const AGENT = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/146.0 Safari/537.36'

export function httpRequest(draft: Draft): void {
  const { random } = draft
  const route = random.pick(ROUTES)
  const fault = faultSometimes(random, 0.03)
  const status = fault ? 502 : 200
  draft.trace((trace) => {
    const own = { 'user.id': `user-${draft.digits(20_000)}`, 'user_agent.original': AGENT }
    server(trace, draft, gateway, route, status, own, () => {
      client(trace, draft, gateway, 'orders.internal', status, () => {
        server(trace, draft, orders, route, status, {}, () => {
          databaseCall(trace, random, orders)
          databaseCall(trace, random, orders)
          client(trace, draft, orders, 'stock.internal', status, () => {
            server(trace, draft, stock, '/reserve/{sku}', status, {}, () => {
              databaseCall(trace, random, stock)
              databaseCall(trace, random, stock, fault)
            })
          })
        })
      })
    })
  })
}

function server(
  trace: TraceDraft,
  draft: Draft,
  service: Service,
  route: string,
  status: number,
  own: Record<string, string>,
  inside: () => void,
): void {
  const attributes = {
    'http.request.method': 'GET',
    'http.route': route,
    'http.response.status_code': status,
    'url.path': route.replace(/\{\w+\}/, draft.digits(1_000_000)),
    'url.scheme': 'https',
    'server.address': 'shop.example.com',
    'server.port': 443,
    'client.address': '10.2.0.17',
    'network.protocol.version': '1.1',
    'http.request.resend': false,
    ...own,
  }
  const workMs = draft.random.duration(9)
  trace.span({ service, name: `GET ${route}`, kind: KIND.server, attributes, workMs }, inside)
}

function client(
  trace: TraceDraft,
  draft: Draft,
  service: Service,
  host: string,
  status: number,
  inside: () => void,
): void {
  const attributes = {
    'http.request.method': 'GET',
    'http.response.status_code': status,
    'url.full': `https://${host}/v1/items/${draft.digits(1_000_000)}?expand=lines`,
    'server.address': host,
    'server.port': 443,
    'network.peer.address': '10.2.0.31',
    'network.protocol.version': '1.1',
    'http.request.duration_ratio': 0.75,
    'thread.id': draft.random.below(64),
    'thread.name': `http-${draft.random.below(64)}`,
  }
  trace.span({ service, name: 'GET', kind: KIND.client, attributes, workMs: draft.random.duration(2) }, inside)
}
