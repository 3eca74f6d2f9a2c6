/** A database call by OpenTelemetry's semantic conventions. */
import { type Fault, KIND, type Service, type SpanRef, type TraceDraft } from '../draft.ts'
import type { Random } from '../random.ts'

const QUERIES = [
  [
    'SELECT',
    'orders',
    'SELECT id, total, state FROM orders WHERE customer_id = $1 AND state = $2 ORDER BY id DESC LIMIT 50',
  ],
  ['SELECT', 'customers', 'SELECT id, name, email, segment FROM customers WHERE id = $1'],
  ['INSERT', 'events', 'INSERT INTO events (id, kind, body, created_at) VALUES ($1, $2, $3, now()) RETURNING id'],
  ['UPDATE', 'stock', 'UPDATE stock SET reserved = reserved + $1 WHERE sku = $2 AND available >= reserved + $1'],
  [
    'SELECT',
    'invoices',
    'SELECT i.id, i.total, sum(l.amount) FROM invoices i JOIN lines l ON l.invoice_id = i.id GROUP BY 1, 2',
  ],
] as const

export function databaseCall(
  trace: TraceDraft,
  random: Random,
  service: Service,
  fault?: Fault,
  attributes: Record<string, string | number> = {},
): SpanRef {
  const [operation, table, text] = random.pick(QUERIES)
  return trace.span({
    service,
    name: `${operation} ${table}`,
    kind: KIND.client,
    attributes: {
      'db.system.name': 'postgresql',
      'db.namespace': 'shop',
      'db.collection.name': table,
      'db.operation.name': operation,
      'db.query.text': text,
      'db.query.summary': `${operation} ${table}`,
      'db.response.returned_rows': random.below(200),
      'server.address': 'db-1.internal',
      'server.port': 5432,
      'thread.name': `worker-${random.below(8)}`,
      ...attributes,
    },
    workMs: random.duration(4),
    fault,
  })
}
