/** An HTTP service that is merely auto-instrumented: a SERVER span with database spans below. */
import type { Status } from '@runlens/conventions'
import { connectionTimeout } from '../faults.ts'
import type { Scenario } from '../run.ts'
import { type Fault, SPAN_KIND, STATUS_CODE, TraceBuilder } from '../trace-builder.ts'

const ROUTES = [
  ['GET', '/products/{id}', 'SELECT * FROM products WHERE id = $1'],
  ['GET', '/orders/{id}', 'SELECT * FROM orders WHERE id = $1'],
  ['POST', '/orders', 'INSERT INTO orders (customer_id, total) VALUES ($1, $2)'],
  ['GET', '/search', 'SELECT id, name FROM products WHERE name ILIKE $1 LIMIT 20'],
] as const

export const httpService: Scenario = (world) => {
  const { random } = world
  const trace = new TraceBuilder(random)
  const [method, route, statement] = random.pick(ROUTES)
  const status = random.weighted<Status>([
    ['success', 95],
    ['error', 3],
    ['timeout', 2],
  ])
  const attributes = {
    'http.request.method': method,
    'http.route': route,
    'url.path': route.replace('{id}', String(random.int(1, 99_999))),
    'url.scheme': 'https',
    'server.address': 'shop.example',
  }
  trace.span({ name: `${method} ${route}`, kind: SPAN_KIND.server, attributes, workMs: random.duration(5) }, (span) => {
    const fault = runStatements(random.int(1, 3))
    span.attributes['http.response.status_code'] = fault
      ? status === 'timeout'
        ? 504
        : 500
      : method === 'POST'
        ? 201
        : 200
    if (!fault) return
    span.statusCode = STATUS_CODE.error
    span.attributes['error.type'] = fault.type
    span.statusMessage = fault.message
  })
  return {
    resource: {
      'service.name': 'shop-api',
      'service.version': world.version,
      'service.namespace': 'shop',
      'deployment.environment.name': world.environment,
    },
    scope: { name: '@opentelemetry/instrumentation-http', version: '0.223.0' },
    spans: trace.spans,
    statuses: [status],
  }

  function runStatements(count: number): Fault | undefined {
    for (let left = count; left > 0; left--) {
      let fault: Fault | undefined
      const database = {
        'db.system.name': 'postgresql',
        'db.namespace': 'shop',
        'db.query.text': statement,
        'db.response.returned_rows': random.int(0, 20),
      }
      const name = statement.split(' ').slice(0, 1).join(' ')
      trace.span(
        { name: `${name} shop`, kind: SPAN_KIND.client, attributes: database, workMs: random.duration(8) },
        (span) => {
          if (status === 'success' || left > 1) return
          fault =
            status === 'timeout'
              ? connectionTimeout(random)
              : { type: 'ECONNRESET', message: `read ECONNRESET (socket ${random.hex(4)})` }
          span.attributes['error.type'] = fault.type
          trace.fail(span, fault)
        },
      )
      if (fault) return fault
    }
    return undefined
  }
}
