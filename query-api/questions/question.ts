/** What a question is: SQL text with bound parameters only, and the one place where the tenant comes into it. */
import { QUERIES_JOINED } from '@runlens/clickhouse'

/** Types that parameters are bound as. */
export type ParameterType =
  | 'String'
  | 'Int64'
  | 'UInt32'
  | 'Float64'
  | 'Array(Float64)'
  | 'Array(String)'
  | 'Array(UInt32)'
  | 'Array(DateTime64(6))'
  | 'Array(DateTime64(9))'
export type ParameterValue = string | number | bigint | readonly string[] | readonly number[]

export interface Question<Row> {
  /** For logs and tests; never shown to clients. */
  readonly name: string
  readonly sql: string
  readonly params: Readonly<Record<string, ParameterValue>>
  /**
   * Rows of the table that it may read at most. Where it would have to read more it is given up, mostly before it reads anything, and the answer is
   * {@link READS_TOO_MUCH}: for what can be asked in another way. Default: as many as there are.
   */
  readonly readsMax?: number
  /** What becomes of a row as it came, before encrypted texts are opened. Default: it stays. */
  readonly decode?: (row: never) => Row
  /** Carries the type of a row; never set. */
  readonly row?: Row
}

/** In place of the rows of a question that would read more than it may. */
export const READS_TOO_MUCH: readonly never[] = Object.freeze([])

/** Whose rows may be seen. Comes from the credential, never from a parameter. */
export interface Scope {
  readonly tenant: string
  /** Only this user's executions; absent: all of the tenant's. */
  readonly owner?: string
  /** With an owner: executions that name no user too. */
  readonly unowned?: 'shared'
}

/** Collects parameters while SQL is written: every value goes through `bind` and stands in the text as a placeholder. */
export class Parameters {
  readonly values: Record<string, ParameterValue> = {}

  /** The placeholder for a value; the same name may be bound again with the same value. */
  bind(name: string, type: ParameterType, value: ParameterValue): string {
    if (!/^[a-z][a-z0-9_]*$/.test(name)) throw new Error(`not a parameter name: ${name}`)
    this.values[name] = typeof value === 'bigint' ? String(value) : value
    return `{${name}:${type}}`
  }

  /** Anchors of executions, given in microseconds. One array costs the planner far less than as many expressions. */
  bindAnchors(name: string, micros: readonly string[]): string {
    return this.bind(name, 'Array(DateTime64(6))', inSeconds(micros, 6))
  }

  /** Times given in nanoseconds. */
  bindTimes(name: string, ns: readonly string[]): string {
    return this.bind(name, 'Array(DateTime64(9))', inSeconds(ns, 9))
  }

  /** A time given in nanoseconds, as a DateTime64(9). */
  bindTime(name: string, ns: bigint): string {
    return `fromUnixTimestamp64Nano(${this.bind(name, 'Int64', ns)}, 'UTC')`
  }
}

/** As ClickHouse reads a DateTime64 of so many digits. */
function inSeconds(times: readonly string[], digits: number): string[] {
  return times.map((text) => `${text.slice(0, -digits) || '0'}.${text.slice(-digits).padStart(digits, '0')}`)
}

/** Tables that questions read, and how: those that replace rows are read as merged. */
const SOURCES = {
  execution_queries: `executions FINAL\n${QUERIES_JOINED}`,
  query_hours: 'query_hours',
  trace_executions: 'trace_executions',
  executions: 'executions FINAL',
  execution_versions: 'executions',
  execution_days: 'execution_days FINAL',
  execution_hours: 'execution_hours FINAL',
  execution_hours_total: 'execution_hours_total FINAL',
  execution_minutes: 'execution_minutes FINAL',
  execution_patterns: 'execution_patterns FINAL',
  execution_locator: 'execution_locator',
  execution_terms: 'execution_terms',
  dirty_hours: 'dirty_hours',
  step_days: 'step_days FINAL',
  step_hours: 'step_hours FINAL',
  error_days: 'error_days FINAL',
  error_hours: 'error_hours FINAL',
  error_states: 'error_states FINAL',
  execution_steps: `executions FINAL
ARRAY JOIN
  steps.name AS step_name,
  steps.duration_ms AS step_ms`,
  execution_changes: 'execution_changes',
  typed_steps: `executions FINAL
ARRAY JOIN
  steps.name AS step_name,
  steps.type AS step_type,
  steps.status AS step_status,
  steps.duration_ms AS step_ms`,
  spans: 'spans FINAL',
  logs: 'logs',
  markers: 'markers',
  saved_views: 'saved_views FINAL',
  metric_points: 'metric_points FINAL',
  sync_jobs: 'sync_jobs FINAL',
  traces: 'traces',
  retention_rules: 'retention_rules FINAL',
  retention_runs: 'retention_runs FINAL',
  erasures: 'erasures FINAL',
} as const
export type Source = keyof typeof SOURCES

/** Those whose rows have an owner. The others hold figures of all, or rows that belong to an execution which must be found first. */
const OWNED: ReadonlySet<Source> = new Set([
  'executions',
  'execution_versions',
  'execution_steps',
  'execution_queries',
  'query_hours',
  'execution_changes',
  'typed_steps',
])

/**
 * `FROM … WHERE …` of one table for one tenant, and one owner where the scope names one. Every question takes its rows through here and
 * nowhere else.
 * @param conditions SQL fragments, joined with AND
 */
export function rowsOf(source: Source, scope: Scope, parameters: Parameters, conditions: readonly string[]): string {
  const whose = [`tenant = ${parameters.bind('tenant', 'String', scope.tenant)}`]
  if (scope.owner !== undefined && OWNED.has(source)) {
    const owner = parameters.bind('owner', 'String', scope.owner)
    whose.push(scope.unowned === 'shared' ? `user_id IN (${owner}, '')` : `user_id = ${owner}`)
  }
  return `FROM ${SOURCES[source]}\nWHERE ${[...whose, ...conditions].join('\n  AND ')}`
}

/** Indents a nested part so that the whole stays readable. */
export function indent(sql: string): string {
  return sql.replace(/^/gm, '  ')
}

/** Nanoseconds of a time column, as text. */
export function nanoseconds(column: string): string {
  return `toString(toUnixTimestamp64Nano(${column}))`
}
