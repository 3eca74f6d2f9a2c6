/** What the running processes tell of themselves: every metric is documented, counts what happened, and the doctor reads it. Needs `npm run build`. */
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Finding } from '../../cli/doctor/finding.ts'
import { Figures, type Sample } from '../../cli/doctor/prometheus.ts'
import { codeRows } from '../kit/markdown.ts'
import { type Stack, startStack } from '../kit/stack.ts'
import { eventually, exportRequest, nativeRun } from '../kit/traces.ts'

const MAIN = fileURLToPath(new URL('../../cli/dist/main.js', import.meta.url))
const PROCESSES = ['otlpHttp', 'worker', 'api', 'clickhouse'] as const
type Process = (typeof PROCESSES)[number]

let stack: Stack
let pages: Record<Process, string>
let figures: Record<Process, Figures>

beforeAll(async () => {
  stack = await startStack()
  const run = nativeRun('observed', Date.now() - 2_000, 2)
  const bad = { ...run.spans[0]!, traceId: '00' }
  expect(await send(exportRequest([...run.spans, bad]))).toBe(200)
  expect(await send(exportRequest(run.spans))).toBe(200)
  expect(await send('no JSON')).toBe(400)
  await eventually(async () => {
    // The count and the page are asked for at once, and the one may be ahead of the other.
    expect((await ask('/api/v1/executions')).executions).toHaveLength(1)
  })
  expect(await fetch(`${originOf('clickhouse')}/?query=SELECT+1`)).toHaveProperty('status', 401)
  expect(await fetch(`${stack.urls.api}/nowhere`)).toHaveProperty('status', 404)
  await eventually(async () => {
    await scrape()
    expect(figures.worker.sum('runlens_traces_settled_total')).toBeGreaterThan(0)
  })
})
afterAll(() => stack?.stop())

/** Without credentials. */
const originOf = (name: Process) => new URL(stack.urls[name]).origin

async function send(body: object | string): Promise<number> {
  const answer = await fetch(`${stack.urls.otlpHttp}/v1/traces`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })
  await answer.text()
  return answer.status
}

async function ask(path: string): Promise<Record<string, unknown>> {
  return (await (await fetch(stack.urls.api + path)).json()) as Record<string, unknown>
}

async function scrape(): Promise<void> {
  const texts = PROCESSES.map(async (name) => {
    const answer = await fetch(`${originOf(name)}/metrics`)
    expect(answer.status, name).toBe(200)
    expect(answer.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8')
    return [name, await answer.text()] as const
  })
  pages = Object.fromEntries(await Promise.all(texts)) as typeof pages
  figures = Object.fromEntries(PROCESSES.map((name) => [name, new Figures(pages[name])])) as typeof figures
}

async function doctor(): Promise<Map<string, Finding>> {
  const env = { ...process.env, RUNLENS_DATA_DIR: stack.dataDir }
  const text = await new Promise<string>((resolve) => {
    execFile(process.execPath, [MAIN, 'doctor', '--json'], { env }, (_, stdout) => resolve(stdout))
  })
  const { findings } = JSON.parse(text) as { findings: Finding[] }
  return new Map(findings.map((finding) => [finding.check, finding]))
}

interface Documented {
  name: string
  type: string
  labels: string[]
}

describe('docs/metrics.md', () => {
  const LINUX_ONLY = '\nOn Linux only:\n'
  const markdown = readFileSync(new URL('../../docs/metrics.md', import.meta.url), 'utf8')
  const [everywhere, linuxOnly] = markdown.split(LINUX_ONLY).map(codeRows)
  const rows = [...everywhere!, ...(process.platform === 'linux' ? linuxOnly! : [])]
  const documented: Documented[] = rows.map(([name, type, labels]) => ({
    name: name!,
    type: type!,
    labels: labels === 'none' ? [] : labels!.replaceAll('`', '').split(', ').sort(),
  }))

  /** Name and type of everything that the processes expose. */
  const exposed = () => {
    const types = Object.values(pages).flatMap((page) => [...page.matchAll(/^# TYPE (\S+) (\S+)$/gm)])
    return [...new Set(types.map(([, name, type]) => `${name} ${type}`))].sort()
  }

  it('names every metric of every process with its type, once, and no other', () => {
    expect(exposed().length).toBeGreaterThan(60)
    expect(documented.map(({ name, type }) => `${name} ${type}`).sort()).toEqual(exposed())
  })

  it('gives each its labels, its unit, its meaning and when to worry', () => {
    expect(rows.filter((cells) => cells.length !== 6 || cells.some((cell) => cell === ''))).toEqual([])
    const labelsOf = ({ labels }: Sample) => Object.keys(labels).filter((label) => label !== 'le')
    const seen = Object.values(figures).flatMap(({ samples }) => samples)
    const wrong = documented.filter(({ name, type, labels }) => {
      const sampleName = type === 'histogram' ? `${name}_count` : name
      return seen.some((one) => one.name === sampleName && `${labelsOf(one).sort()}` !== `${labels}`)
    })
    expect(wrong).toEqual([])
  })

  it('has a name that ends in the unit, for what has one', () => {
    const wrong = documented.filter(({ name, type }) => (type === 'counter') !== name.endsWith('_total'))
    // Gauges of prom-client that add up another one of theirs.
    expect(wrong.map(({ name }) => name).filter((name) => !/^nodejs_active_\w+_total$/.test(name))).toEqual([])
  })
})

describe('the figures', () => {
  it('of the collector count spans by what became of them, and requests by their answer', () => {
    const { otlpHttp } = figures
    expect(otlpHttp.sum('runlens_spans_received_total')).toBe(7)
    expect(otlpHttp.sum('runlens_spans_accepted_total')).toBe(6)
    expect(otlpHttp.sum('runlens_spans_duplicate_total')).toBe(3)
    expect(otlpHttp.sum('runlens_spans_rejected_total')).toBe(1)
    expect(Object.fromEntries(otlpHttp.by('runlens_otlp_requests_total', 'result'))).toEqual({ ok: 2, malformed: 1 })
    expect(otlpHttp.sum('runlens_writer_rows_total')).toBe(3)
    expect(otlpHttp.sum('runlens_spool_fsyncs_total')).toBeGreaterThan(0)
    expect(otlpHttp.sum('runlens_spool_bytes_max')).toBe(4 * 1024 ** 3)
  })

  it('of the worker count what was settled, and how long that took', () => {
    const { worker } = figures
    const settled = worker.sum('runlens_traces_settled_total')
    expect(worker.sum('runlens_executions_written_total')).toBe(1)
    expect(worker.sum('runlens_settle_delay_seconds_count')).toBe(settled)
    expect(worker.sum('runlens_settle_delay_seconds_sum')).toBeGreaterThan(0)
    expect(Object.fromEntries(worker.by('runlens_job_held', 'job'))).toEqual({
      settle: 1,
      rollup: 1,
      patterns: 1,
      retention: 1,
      erasure: 1,
    })
  })

  it('of the API count requests by route and questions by name', () => {
    const { api } = figures
    expect(api.by('runlens_http_requests_total', 'route').get('/api/v1/executions')).toBeGreaterThan(0)
    const nowhere = api.samples.filter(({ labels }) => labels.route === '' && labels.status === '404')
    expect(nowhere.map(({ value }) => value)).toEqual([1])
    expect(api.by('runlens_query_seconds_count', 'question').get('list-executions')).toBeGreaterThan(0)
    expect(api.by('runlens_questions_total', 'answered_by').get('query')).toBeGreaterThan(0)
  })

  it('of the embedded ClickHouse count queries, refusals and bytes', () => {
    const { clickhouse } = figures
    expect(clickhouse.by('runlens_clickhouse_queries_total', 'result').get('ok')).toBeGreaterThan(0)
    expect(clickhouse.by('runlens_clickhouse_queries_refused_total', 'reason').get('credentials')).toBe(1)
    expect(clickhouse.sum('runlens_clickhouse_received_bytes_total')).toBeGreaterThan(1_000)
    expect(clickhouse.sum('runlens_clickhouse_sent_bytes_total')).toBeGreaterThan(1_000)
    expect(clickhouse.sum('runlens_clickhouse_sessions')).toBe(8)
  })

  it('say which build runs', () => {
    for (const { samples } of Object.values(figures)) {
      const build = samples.filter(({ name }) => name === 'runlens_build_info')
      expect(build).toEqual([
        { name: 'runlens_build_info', value: 1, labels: { version: '0.1.0', node: process.versions.node } },
      ])
    }
  })
})

describe('the doctor', () => {
  it('tells what was turned away and what to do, and that all else works', async () => {
    const found = await doctor()
    expect(found.get('rejected spans')).toMatchObject({ severity: 'warning', text: expect.stringMatching(/^1, since/) })
    expect(found.get('refused')).toMatchObject({
      severity: 'warning',
      text: expect.stringMatching(/^malformed 1, since/),
      remedy: expect.stringContaining('exporter'),
    })
    expect(found.get('queries')).toMatchObject({ severity: 'warning', text: expect.stringMatching(/^credentials 1,/) })
    for (const check of ['spool', 'spool disk', 'writing', 'dead letters', 'job settle', 'job rollup', 'questions']) {
      expect(found.get(check), check).toMatchObject({ severity: 'ok' })
    }
    expect(found.get('event loops')?.text).toMatch(/collector .*worker .*api .*clickhouse/)
  })
})
