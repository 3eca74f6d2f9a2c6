/** Database queries that users run themselves, by the tracker of our own instrumentation. */
import { RUNLENS, RUNLENS_QUERY, type Status } from '@runlens/conventions'
import { connectionTimeout, syntaxFault } from '../faults.ts'
import type { QueryPlan } from '../native-plan.ts'
import type { Scenario, World } from '../run.ts'
import { type BuiltSpan, SPAN_KIND, TraceBuilder } from '../trace-builder.ts'

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
  const plan = planQuery(world)
  return {
    resource: {
      'service.name': plan.program,
      'service.version': plan.version,
      'deployment.environment.name': plan.environment,
    },
    scope: { name: '@runlens/instrumentation', version: '0.1.0' },
    spans: tellQuery(plan, world),
    statuses: [plan.status],
    native: plan,
  }
}

function planQuery(world: World): QueryPlan {
  const { random } = world
  const database = random.weighted(DATABASES.map((one, index) => [one, 3 - index] as const))
  const status = random.weighted<Status>([
    ['success', 92],
    ['error', 5],
    ['timeout', 3],
  ])
  const plan: QueryPlan = {
    kind: 'query',
    program: 'query-desk',
    system: database.system,
    namespace: database.namespace,
    text: random.pick(database.queries),
    complexity: random.pick(COMPLEXITIES),
    pageSize: random.pick([50, 100, 500]),
    rows: random.int(0, 40_000),
    workMs: status === 'timeout' ? 30_000 + random.int(0, 200) : random.duration(database.medianMs),
    status,
    user: world.userId,
    conversation: world.conversationId,
    environment: 'production',
    version: world.version,
  }
  if (status === 'success') return plan
  return { ...plan, fault: status === 'timeout' ? connectionTimeout(random) : syntaxFault(random) }
}

/** As the tracker of our instrumentation would have told it. */
function tellQuery(plan: QueryPlan, { random }: World): BuiltSpan[] {
  const trace = new TraceBuilder(random)
  const attributes = {
    [RUNLENS.executionKind]: 'query',
    'db.system.name': plan.system,
    'db.namespace': plan.namespace,
    'db.query.text': plan.text,
    'server.address': `${plan.system}.internal`,
    'user.id': plan.user,
    'session.id': plan.conversation,
    [RUNLENS_QUERY.complexity]: plan.complexity,
    [RUNLENS_QUERY.page]: 1,
    [RUNLENS_QUERY.pageSize]: plan.pageSize,
  }
  trace.span({ name: `${firstWord(plan.text)} ${plan.system}`, kind: SPAN_KIND.client, attributes }, (span) => {
    trace.wait(plan.workMs)
    if (plan.fault) {
      span.attributes['error.type'] = plan.fault.type
      trace.fail(span, plan.fault)
      return
    }
    span.attributes['db.response.returned_rows'] = Math.min(plan.rows, plan.pageSize)
    span.attributes[RUNLENS_QUERY.totalRows] = plan.rows
  })
  return trace.spans
}

function firstWord(text: string): string {
  return text.split(' ')[0]!.toUpperCase()
}
