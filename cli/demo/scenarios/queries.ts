/** Database queries that users run themselves: a parentless CLIENT span each, with what query tracking adds. */
import { RUNLENS_QUERY, type Status } from '@runlens/conventions'
import { connectionTimeout, syntaxFault } from '../faults.ts'
import type { Scenario } from '../run.ts'
import { SPAN_KIND, STATUS_CODE, TraceBuilder } from '../trace-builder.ts'

interface Database {
  system: string
  namespace: string
  medianMs: number
  queries: readonly string[]
}

const DATABASES: readonly Database[] = [
  {
    system: 'postgresql',
    namespace: 'shop',
    medianMs: 18,
    queries: [
      'SELECT * FROM orders WHERE customer_id = $1 ORDER BY created_at DESC LIMIT 50',
      'SELECT status, count(*) FROM orders WHERE created_at > $1 GROUP BY status',
    ],
  },
  {
    system: 'kdb',
    namespace: 'ticks',
    medianMs: 60,
    queries: [
      'select last price by sym from trade where date=.z.d',
      'select vwap:size wavg price by 5 xbar time.minute from trade',
    ],
  },
  {
    system: 'starburst',
    namespace: 'lake',
    medianMs: 2_400,
    queries: [
      'SELECT region, sum(amount) FROM lake.sales.facts WHERE day >= ? GROUP BY region',
      'SELECT a.id, b.name FROM lake.crm.accounts a JOIN lake.crm.owners b ON a.owner = b.id',
    ],
  },
]
const COMPLEXITIES = ['simple', 'moderate', 'complex'] as const

export const databaseQuery: Scenario = (world) => {
  const { random } = world
  const trace = new TraceBuilder(random)
  const database = random.weighted(DATABASES.map((one, index) => [one, 3 - index] as const))
  const status = random.weighted<Status>([
    ['success', 92],
    ['error', 5],
    ['timeout', 3],
  ])
  const total = random.int(0, 40_000)
  const pageSize = random.pick([50, 100, 500])
  const text = random.pick(database.queries)
  const attributes = {
    'db.system.name': database.system,
    'db.namespace': database.namespace,
    'db.operation.name': 'SELECT',
    'db.query.text': text,
    'server.address': `${database.system}.internal`,
    'user.id': world.userId,
    'session.id': world.conversationId,
    [RUNLENS_QUERY.complexity]: random.pick(COMPLEXITIES),
    [RUNLENS_QUERY.page]: 1,
    [RUNLENS_QUERY.pageSize]: pageSize,
  }
  const workMs = status === 'timeout' ? 30_000 + random.int(0, 200) : random.duration(database.medianMs)
  trace.span({ name: `SELECT ${database.namespace}`, kind: SPAN_KIND.client, attributes, workMs: 0 }, (span) => {
    trace.wait(workMs)
    if (status !== 'success') {
      const fault = status === 'timeout' ? connectionTimeout(random) : syntaxFault(random)
      span.attributes['error.type'] = fault.type
      trace.fail(span, fault)
      return
    }
    span.attributes['db.response.returned_rows'] = Math.min(total, pageSize)
    span.attributes[RUNLENS_QUERY.totalRows] = total
    span.statusCode = STATUS_CODE.unset
  })
  return {
    resource: {
      'service.name': 'query-desk',
      'service.version': world.version,
      'deployment.environment.name': world.environment,
    },
    scope: { name: 'demo.queries', version: world.version },
    spans: trace.spans,
    statuses: [status],
  }
}
