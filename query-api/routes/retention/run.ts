/** `POST /api/v1/retention/run`: counts what would go, or has it done. */
import { randomUUID } from 'node:crypto'
import { DAY_MS, RETENTION_RUNS } from '@runlens/clickhouse'
import { z } from 'zod'
import { type StorageRow, storage } from '../../questions/observability/system-status.ts'
import type { Scope } from '../../questions/question.ts'
import {
  type PreviewRow,
  previewExecutions,
  previewRaw,
  previewRollup,
  RAW_SOURCES,
  type RawSource,
  ROLLUP_SOURCES,
  type RollupSource,
} from '../../questions/retention/retention-preview.ts'
import { retentionRuns } from '../../questions/retention/retention-runs.ts'
import { type RetentionPreview, runAnswerSchema, runQuery } from '../../schema/retention.ts'
import { formatTime, NS_PER_MS } from '../../time.ts'
import { QUESTION_PROBLEMS, route, type Services } from '../route.ts'
import { RETENTION_PATH, settingsOf, shapeRun } from './rules.ts'

export const runRetention = route({
  method: 'post',
  path: `${RETENTION_PATH}/run`,
  id: 'runRetention',
  tag: 'Administration',
  summary: 'Count what retention would remove now, or have it removed',
  description:
    'With dry_run=true (the default) 200 and rows and bytes by table and rule; with dry_run=false 202 and the run, whose state `GET /api/v1/retention` tells. One run waits at a time: a second request is answered with the first.',
  parameters: z.strictObject({}),
  query: runQuery,
  answer: runAnswerSchema,
  problems: ['invalid_parameter', ...QUESTION_PROBLEMS],
  handle: async ({ query, scope, services }) =>
    query.dry_run === 'true'
      ? { json: await preview(services, scope) }
      : { json: await enqueue(services, scope), status: 202 },
})

async function enqueue({ runner, now }: Services, scope: Scope) {
  const newest = () => runner.askAnew(retentionRuns(scope))
  const waiting = (await newest()).find(({ state }) => state === 'queued')
  if (waiting) return shapeRun(waiting)
  const id = randomUUID()
  const requested_at = new Date(now()).toISOString().slice(0, -1).replace('T', ' ')
  const row = { tenant: scope.tenant, id, state: 'queued', trigger: 'request', requested_at, removed_json: '{}' }
  await runner.write((client) => client.insert({ table: RETENTION_RUNS.name, format: 'JSONEachRow', values: [row] }))
  return shapeRun({
    id,
    state: 'queued',
    trigger: 'request',
    requested_ns: String(BigInt(now()) * NS_PER_MS),
    started_ns: '0',
    ended_ns: '0',
    removed_json: '{}',
    fault: '',
  })
}

async function preview(services: Services, scope: Scope): Promise<RetentionPreview> {
  const { runner } = services
  const nowMs = services.now()
  const settings = await settingsOf(services, scope.tenant)
  const rawSources = Object.keys(RAW_SOURCES) as RawSource[]
  const rollupSources = Object.keys(ROLLUP_SOURCES) as RollupSource[]
  // By whole days, as the worker takes them.
  const rollupsBefore = Math.floor(nowMs / DAY_MS) * DAY_MS - settings.rollup_days * DAY_MS
  const [executions, sizes, raw, rollups] = await Promise.all([
    runner.ask(previewExecutions(scope, settings, nowMs)),
    runner.ask(storage()),
    Promise.all(rawSources.map((source) => runner.ask(previewRaw(source, scope, settings, nowMs)))),
    Promise.all(rollupSources.map((source) => runner.ask(previewRollup(source, scope, rollupsBefore)))),
  ])
  const rule = (index: number) => (index < settings.rules.length ? index : null)
  const bytes = bytesPerRow(sizes)
  const entry = (table: string, of: number | null, { rows }: Pick<PreviewRow, 'rows'>) => {
    const size = bytes.get(table)
    return { table, rule: of, rows: Number(rows), bytes: size === undefined ? null : Math.round(size * Number(rows)) }
  }
  const tables = [
    ...executions.map((row) => entry('executions', rule(row.rule), row)),
    ...executions.map((row) => entry('payloads', rule(row.rule), { rows: row.payloads })),
    ...raw.flatMap((rows, at) => rows.map((row) => entry(rawSources[at]!, rule(row.rule), row))),
    ...rollups.flatMap((rows, at) => rows.map((row) => entry(rollupSources[at]!, null, row))),
  ].filter(({ rows }) => rows > 0)
  return {
    dry_run: true,
    tables,
    rows: tables.reduce((sum, { table, rows }) => (table === 'payloads' ? sum : sum + rows), 0),
    bytes: tables.reduce((sum, row) => sum + (row.bytes ?? 0), 0),
    as_of: formatTime(BigInt(nowMs) * NS_PER_MS),
  }
}

function bytesPerRow(tables: readonly StorageRow[]): Map<string, number> {
  const known = tables.filter(({ rows }) => Number(rows) > 0)
  return new Map(known.map(({ table, bytes, rows }) => [table, Number(bytes) / Number(rows)]))
}
