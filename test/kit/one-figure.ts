/**
 * The same figures through every view of the API: how to ask each, and what it answers in common terms. A new view is one more entry of
 * {@link VIEWS}; `query-api/one-figure.test.ts` holds all of them together.
 */
import type { TestApi } from './api.ts'

/** What is asked. Every kind is named, because views cover different ones by themselves. */
export interface FigureQuestion {
  /** ISO-8601. */
  from: string
  to: string
  kind: readonly string[]
  environment?: string
  workflow_id?: string
}

/** What a view knows of it; absent is what it does not tell. Percent and milliseconds. */
export interface CommonFigures {
  total?: number
  success_rate?: number | null
  avg?: number | null
  p95?: number | null
  /** Whether percentiles may be 1.1 % off. */
  isRolled?: boolean
}

export interface FigureView {
  name: string
  /** Null: the view can't be asked this. */
  ask: (api: TestApi, question: FigureQuestion) => Promise<CommonFigures | null>
}

const FAILURES = ['partial', 'failed', 'error', 'timeout', 'cancelled', 'lost']
/** The workflow of the tests' data that is of kind query. */
export const QUERY_WORKFLOW = 'lookup'
const CORE = ['kind', 'environment', 'workflow_id'] as const

// biome-ignore lint/suspicious/noExplicitAny: the body of any view
type Body = any

/** Asks with those parts of the question that the view takes. */
async function body(api: TestApi, path: string, question: FigureQuestion, takes: readonly string[], more = '') {
  const parameters = new URLSearchParams({ from: question.from, to: question.to })
  if (takes.includes('kind')) for (const kind of question.kind) parameters.append('kind', kind)
  for (const name of ['environment', 'workflow_id'] as const) {
    const value = question[name]
    if (value !== undefined && takes.includes(name)) parameters.set(name, value)
  }
  const answer = await api.get(`/api/v1/${path}?${parameters}${more}`)
  if (answer.status !== 200)
    throw new Error(`${path} was answered with ${answer.status}: ${JSON.stringify(answer.body)}`)
  return answer.body as Body
}

export function rateOf(success: number, failure: number): number | null {
  return success + failure === 0 ? null : Math.round((success / (success + failure)) * 10_000) / 100
}

/** Of durations that occurred: the one at the level, counted from 0. */
export function percentileOf(durations: readonly number[], level: number): number | null {
  return durations.toSorted((a, b) => a - b)[Math.floor(level * durations.length)] ?? null
}

export function averageOf(durations: readonly number[]): number | null {
  return durations.length === 0 ? null : durations.reduce((all, each) => all + each, 0) / durations.length
}

const sum = (rows: readonly Body[], of: (row: Body) => number) => rows.reduce((all: number, row) => all + of(row), 0)

function figures(of: Body, meta: Body): CommonFigures {
  return {
    total: of.total_executions,
    success_rate: of.success_rate,
    avg: of.avg_duration_ms,
    p95: of.p95_duration_ms,
    isRolled: meta.source === 'rollup',
  }
}

const list: FigureView['ask'] = async (api, question) => {
  const total = async (more: string) => (await body(api, 'executions', question, CORE, `&limit=1${more}`)).total
  const failure = await total(FAILURES.map((status) => `&status=${status}`).join(''))
  return { total: await total(''), success_rate: rateOf(await total('&status=success'), failure) }
}

const exported: FigureView['ask'] = async (api, question) => {
  const rows: Body[] = await body(api, 'executions/export', question, CORE, '&format=json')
  const final = rows.filter(({ status }) => status === 'success' || FAILURES.includes(status))
  const durations = final.map(({ duration_ms }) => duration_ms).filter((duration) => duration !== null)
  const success = final.filter(({ status }) => status === 'success').length
  return {
    total: rows.length,
    success_rate: rateOf(success, final.length - success),
    avg: averageOf(durations),
    p95: percentileOf(durations, 0.95),
  }
}

const timeseries: FigureView['ask'] = async (api, question) => {
  const answer = await body(api, 'timeseries', question, CORE)
  if (sum(answer.buckets, (bucket) => bucket.total_executions) !== answer.total_executions) {
    throw new Error('the buckets of a series do not add up')
  }
  return figures(answer, answer.meta)
}

const facets: FigureView['ask'] = async (api, question) => {
  const { facets: fields, total } = await body(api, 'facets', question, CORE, '&field=status&limit=100')
  const count = (statuses: readonly string[]) =>
    sum(fields[0].values, ({ value, count: n }) => (statuses.includes(value) ? n : 0))
  return { total, success_rate: rateOf(count(['success']), count(FAILURES)) }
}

const ofWorkflow = (rows: Body[], { workflow_id }: FigureQuestion, meta: Body): CommonFigures => {
  const asked = rows.filter((row) => workflow_id === undefined || row.workflow_id === workflow_id)
  if (workflow_id !== undefined && asked[0]) return figures(asked[0], meta)
  return {
    total: sum(asked, (row) => row.total_executions),
    success_rate: rateOf(
      sum(asked, (row) => row.success_count),
      sum(asked, (row) => row.failure_count),
    ),
  }
}

const environments: FigureView['ask'] = async (api, question) => {
  if (question.workflow_id !== undefined) return null
  const answer = await body(api, 'observability/environments', question, ['kind', 'environment'])
  const rows: Body[] = answer.environments
  if (question.environment !== undefined && rows[0]) return figures(rows[0], answer.meta)
  return { total: sum(rows, (row) => row.total_executions) }
}

const analytics: FigureView['ask'] = async (api, question) => {
  const answer = await body(api, 'analytics/executions', question, ['kind', 'environment'], '&limit=1000')
  const rows: Body[] = answer.executions.filter(
    (row: Body) => question.workflow_id === undefined || row.workflow_id === question.workflow_id,
  )
  const total = sum(rows, (row) => row.total_count)
  const success_rate = rateOf(
    sum(rows, (row) => row.success_count),
    sum(rows, (row) => row.failure_count),
  )
  if (rows.length !== 1) return { total, success_rate }
  const { avg_duration: avg, p95_duration: p95 } = rows[0]
  return { total, success_rate, avg, p95, isRolled: answer.meta.source === 'rollup' }
}

const prometheus: FigureView['ask'] = async (api, question) => {
  const page: string = await body(api, 'metrics/executions.prom', question, ['kind', 'environment'])
  const samples = [...page.matchAll(/^(\w+)\{([^}]*)\} (\S+)$/gm)]
    .map(([, name, labels = '', value]) => ({ name, labels, value: Number(value) }))
    .filter(
      ({ labels }) => question.workflow_id === undefined || labels.includes(`workflow_id="${question.workflow_id}"`),
    )
  const count = (statuses: readonly string[] | null) =>
    sum(samples, ({ name, labels, value }) =>
      name === 'runlens_executions' &&
      (statuses === null || statuses.some((status) => labels.includes(`status="${status}"`)))
        ? value
        : 0,
    )
  const total = count(null)
  const common = { total, success_rate: rateOf(count(['success']), count(FAILURES)) }
  if (question.workflow_id === undefined) return common
  const seconds = (of: string, label: string) =>
    samples.find(({ name, labels }) => name === of && labels.includes(label))?.value ?? null
  const inMs = (value: number | null) => (value === null ? null : value * 1000)
  return {
    ...common,
    avg: inMs(seconds('runlens_execution_duration_seconds_avg', '')),
    p95: inMs(seconds('runlens_execution_duration_seconds', 'quantile="0.95"')),
    // The page does not say.
    isRolled: true,
  }
}

/** Queries: in the tests' data those of one workflow, in whatever environment. */
const queries: FigureView['ask'] = async (api, question) => {
  if (question.workflow_id !== QUERY_WORKFLOW || question.environment !== undefined) return null
  const stats = await body(api, 'executions/stats/global', question, [])
  const { total_executions: total, success_rate, avg_execution_time: avg } = stats
  return { total, success_rate, avg: avg === null ? null : avg * 1000 }
}

const history: FigureView['ask'] = async (api, question) => {
  const { from, to, workflow_id, environment } = question
  if (workflow_id === undefined || workflow_id === QUERY_WORKFLOW || environment !== undefined) return null
  const asking = { from, to, workflow_id, page_size: 1 }
  const total = async (more = {}) => {
    const answer = await api.send('POST', '/api/v1/workflows/executions/history', {}, { ...asking, ...more })
    return answer.body.total as number
  }
  const of = (statuses: readonly string[]) => Promise.all(statuses.map((status_filter) => total({ status_filter })))
  const failures = await of(['partial', 'failed', 'cancelled'])
  return {
    total: await total(),
    success_rate: rateOf(await total({ status_filter: 'success' }), sum(failures, Number)),
  }
}

const monitoring: FigureView['ask'] = async (api, question) => {
  if (question.workflow_id !== undefined || question.environment !== undefined) return null
  const {
    total_executions: total,
    success_rate,
    avg_duration_ms: avg,
  } = await body(api, 'monitoring/stats', question, ['kind'])
  return { total, success_rate, avg }
}

const workspace: FigureView['ask'] = async (api, question) => {
  if (question.workflow_id !== undefined) return null
  const takes = ['kind', 'environment']
  const performance = await body(api, 'metrics/execution/performance', question, takes)
  const { execution, meta } = await body(api, 'metrics/execution/latency', question, takes)
  const { total_executions: total, success_rate } = performance
  return { total, success_rate, p95: execution.p95_ms, isRolled: meta.source === 'rollup' }
}

export const VIEWS: readonly FigureView[] = [
  { name: 'list', ask: list },
  { name: 'export', ask: exported },
  { name: 'timeseries', ask: timeseries },
  { name: 'facets', ask: facets },
  {
    name: 'histogram',
    ask: async (api, question) => ({ total: (await body(api, 'histogram', question, CORE)).total }),
  },
  { name: 'heatmap', ask: async (api, question) => ({ total: (await body(api, 'heatmap', question, CORE)).total }) },
  {
    name: 'anatomy',
    ask: async (api, question) => {
      if (question.workflow_id === undefined) return null
      const path = `workflows/${encodeURIComponent(question.workflow_id)}/anatomy`
      const { executions, meta } = await body(api, path, question, ['environment'])
      return figures(executions, meta)
    },
  },
  {
    name: 'kpis',
    ask: async (api, question) => {
      if (question.workflow_id !== undefined) return null
      const answer = await body(api, 'observability/kpis', question, ['kind', 'environment'])
      return figures(answer, answer.meta)
    },
  },
  {
    name: 'workflows',
    ask: async (api, question) => {
      const answer = await body(api, 'observability/workflows', question, ['kind', 'environment'], '&limit=1000')
      return ofWorkflow(answer.workflows, question, answer.meta)
    },
  },
  { name: 'environments', ask: environments },
  { name: 'analytics', ask: analytics },
  { name: 'prometheus', ask: prometheus },
  { name: 'queries by user', ask: queries },
  { name: 'workflow history', ask: history },
  { name: 'monitoring', ask: monitoring },
  { name: 'workspace', ask: workspace },
]
