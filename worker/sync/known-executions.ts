/** What ClickHouse knows of the executions of a page: which need not be told again, and which instance gave them their ids. */
import type { ClickHouseClient } from '@runlens/clickhouse'
import { FINAL_STATUSES, SYNC_MISSING } from '@runlens/conventions'
import type { ListedExecution } from './decode-execution.ts'
import { isOver, traceIdOf } from './execution-spans.ts'

export interface KnownOptions {
  client: ClickHouseClient
  tenant: string
  instance: string
}

interface Row {
  execution_id: string
  workflow_id: string
  status: string
  step_count: number
  lacks_nodes: number
  traces: string[]
}

const PLACES = `(anchor_at, execution_id, instance) IN (
    SELECT anchor_at, execution_id, instance FROM execution_locator
    WHERE tenant = {tenant:String} AND execution_id IN {ids:Array(String)}`

/**
 * Those of `listed` that are told whole: over, and with nodes, or told out of n8n's records before, which have no more to say.
 */
export async function knownWhole(
  { client, tenant, instance }: KnownOptions,
  listed: readonly ListedExecution[],
): Promise<Set<string>> {
  const ids = listed.filter(isOver).map(({ id }) => id)
  if (ids.length === 0) return new Set()
  const result = await client.query({
    query: `SELECT execution_id, workflow_id, status, step_count, mapContains(attributes, '${SYNC_MISSING}') AS lacks_nodes, traces
FROM executions FINAL
LEFT JOIN (
  SELECT execution_id, groupUniqArray(lower(hex(trace_id))) AS traces FROM execution_locator
  WHERE tenant = {tenant:String} AND execution_id IN {ids:Array(String)} AND instance = {instance:String}
  GROUP BY execution_id
) AS seen USING (execution_id)
WHERE tenant = {tenant:String} AND instance = {instance:String} AND ${PLACES} AND instance = {instance:String})`,
    query_params: { tenant, ids, instance },
    format: 'JSONEachRow',
  })
  const workflows = new Map(listed.map(({ id, workflowId }) => [id, workflowId]))
  const whole = new Set<string>()
  for (const { execution_id, workflow_id, status, step_count, lacks_nodes, traces } of await result.json<Row>()) {
    const isFinal = (FINAL_STATUSES as readonly string[]).includes(status)
    if (!isFinal || workflows.get(execution_id) !== workflow_id) continue
    const isRecorded = traces.includes(traceIdOf(instance, execution_id)) && lacks_nodes === 0
    if (step_count > 0 || isRecorded) whole.add(execution_id)
  }
  return whole
}

/**
 * The instance of n8n that most of these executions are stored under: same id, same workflow.
 * @returns undefined when none of them is stored
 */
export async function findInstance(
  client: ClickHouseClient,
  tenant: string,
  listed: readonly ListedExecution[],
): Promise<string | undefined> {
  if (listed.length === 0) return undefined
  const result = await client.query({
    query: `SELECT instance, count() AS matches
FROM executions FINAL
WHERE tenant = {tenant:String} AND provider = 'n8n' AND (execution_id, workflow_id) IN arrayZip({ids:Array(String)}, {workflows:Array(String)})
  AND ${PLACES})
GROUP BY instance
ORDER BY matches DESC, instance
LIMIT 1`,
    query_params: {
      tenant,
      ids: listed.map(({ id }) => id),
      workflows: listed.map(({ workflowId }) => workflowId),
    },
    format: 'JSONEachRow',
  })
  const [row] = await result.json<{ instance: string }>()
  return row?.instance
}
