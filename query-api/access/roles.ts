/** Which role each route needs: the one table. A route that does not stand here is served to nobody. */

import { ROLES, type Role } from '@runlens/runtime'

export { ROLES, type Role }

/** Who may ask: anybody, or these roles. */
export type Policy = 'anyone' | readonly Role[]

/** Reads executions; the role `user` sees its own. */
export const READERS: Policy = ['user', 'viewer', 'editor', 'admin']
/** Reads what is of the whole tenant and has no owner. */
export const TENANT_READERS: Policy = ['viewer', 'editor', 'admin']
/** Creates and patches executions; the role `user` its own. */
export const WRITERS: Policy = ['ingest', 'user', 'editor', 'admin']
export const EDITORS: Policy = ['editor', 'admin']
export const ADMINS: Policy = ['admin']
/** Whoever has a credential at all. */
export const EVERYBODY: Policy = ROLES

/** By the route's id. */
export const ROUTE_POLICIES: Readonly<Record<string, Policy>> = {
  listExecutions: READERS,
  exportExecutions: READERS,
  getTimeseries: READERS,
  getHistogram: READERS,
  getHeatmap: READERS,
  getFacets: READERS,
  getWorkflowAnatomy: READERS,
  readExecutionMetrics: READERS,
  getExecution: READERS,
  getExecutionTree: READERS,
  getExecutionLogs: READERS,
  getExecutionSpans: READERS,
  getTrace: TENANT_READERS,
  getKpis: READERS,
  listWorkflows: READERS,
  getExecutionMetrics: READERS,
  getRealtimeMetrics: READERS,
  getThroughputMetrics: READERS,
  getLatencyMetrics: READERS,
  getPerformanceMetrics: READERS,
  getPatternMetrics: READERS,
  getResourceMetrics: READERS,
  exportExecutionMetrics: READERS,
  listErrors: READERS,
  getError: READERS,
  patchError: EDITORS,
  streamCounts: READERS,
  streamExecutions: READERS,
  openWebSocket: READERS,
  listQueriesOfUser: READERS,
  getQueryStatsOfUser: READERS,
  getQueryStats: READERS,
  getDatabaseStatsOfUser: READERS,
  getDatabaseStats: READERS,
  listRunLogs: READERS,
  getRunLog: READERS,
  listConversationLogs: READERS,
  getRunStats: READERS,
  beginSync: EDITORS,
  getSync: TENANT_READERS,
  ...bothPaths({
    createRun: WRITERS,
    patchRun: WRITERS,
    listHistory: READERS,
    getWorkflowHistoryStats: READERS,
    listActiveRuns: READERS,
    listVisualSessions: READERS,
  }),
  explainMapping: READERS,
  listEnvironments: READERS,
  getExecutionAnalytics: READERS,
  getOverview: TENANT_READERS,
  getSystemStatus: TENANT_READERS,
  listViews: TENANT_READERS,
  getView: TENANT_READERS,
  saveView: EDITORS,
  deleteView: EDITORS,
  listKeys: ADMINS,
  createKey: ADMINS,
  revokeKey: ADMINS,
  signIn: 'anyone',
  whoAmI: EVERYBODY,
  signOut: 'anyone',
  createTicket: READERS,
  getRetention: TENANT_READERS,
  saveRetention: EDITORS,
  runRetention: EDITORS,
  eraseExecution: ADMINS,
  eraseUser: ADMINS,
  eraseConversation: ADMINS,
  getErasure: ADMINS,
  isAlive: 'anyone',
  isReady: 'anyone',
  readMetrics: 'anyone',
  getOpenApi: 'anyone',
  readDocs: 'anyone',
  start: 'anyone',
}

/** Whether a policy lets a role in; nobody when there is no policy. */
export function allows(policy: Policy | undefined, role: Role): boolean {
  return policy === 'anyone' || (policy?.includes(role) ?? false)
}

/** Routes that are also served without the prefix. */
function bothPaths(policies: Record<string, Policy>): Record<string, Policy> {
  const others = Object.entries(policies).map(([id, policy]) => [`${id}WithoutPrefix`, policy] as const)
  return { ...policies, ...Object.fromEntries(others) }
}
