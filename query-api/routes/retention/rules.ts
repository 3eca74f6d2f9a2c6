/** `/api/v1/retention`: how long the tenant keeps what, and what the last runs removed. */
import {
  parseRetentionSettings,
  RETENTION_DEFAULTS,
  RETENTION_SETTINGS_ID,
  type RetentionSettings,
} from '@runlens/clickhouse'
import { z } from 'zod'
import type { Scope } from '../../questions/question.ts'
import { type RetentionRun, retentionRuns } from '../../questions/retention/retention-runs.ts'
import { noRange } from '../../schema/parameters.ts'
import { type RetentionRunAnswer, retentionBodySchema, retentionSchema } from '../../schema/retention.ts'
import { known } from '../../shape-execution.ts'
import { formatTimeText } from '../../time.ts'
import { QUESTION_PROBLEMS, route, type Services } from '../route.ts'

export const RETENTION_PATH = '/api/v1/retention'

export const getRetention = route({
  path: RETENTION_PATH,
  id: 'getRetention',
  tag: 'Administration',
  summary: 'Tell how long what is kept, and what the last runs removed',
  parameters: z.strictObject({}),
  query: z.strictObject(noRange),
  answer: retentionSchema,
  problems: ['invalid_parameter', ...QUESTION_PROBLEMS],
  handle: async ({ scope, services }) => ({ json: await shape(services, scope) }),
})

export const saveRetention = route({
  method: 'put',
  path: RETENTION_PATH,
  id: 'saveRetention',
  tag: 'Administration',
  summary: 'Set how long what is kept',
  description: 'Replaces the whole. It counts from the next run on, which is within a day.',
  parameters: z.strictObject({}),
  query: z.strictObject(noRange),
  body: retentionBodySchema,
  answer: retentionSchema,
  problems: [
    'invalid_parameter',
    'invalid_body',
    'malformed_body',
    'unsupported_media_type',
    'body_too_large',
    ...QUESTION_PROBLEMS,
  ],
  handle: async ({ body, caller, scope, services }) => {
    await services.retentionRules.write(scope.tenant, {
      id: RETENTION_SETTINGS_ID,
      settings_json: JSON.stringify(body),
      updated_by: caller.subject ?? '',
      is_deleted: 0,
    })
    return { json: await shape(services, scope) }
  },
})

export async function settingsOf({ retentionRules }: Services, tenant: string): Promise<RetentionSettings> {
  const [stored] = await retentionRules.of(tenant)
  return stored ? parseRetentionSettings(stored.settings_json) : RETENTION_DEFAULTS
}

async function shape(services: Services, scope: Scope) {
  const [settings, [stored], runs] = await Promise.all([
    settingsOf(services, scope.tenant),
    services.retentionRules.of(scope.tenant),
    services.runner.askAnew(retentionRuns(scope)),
  ])
  return {
    ...settings,
    updated_at: stored ? formatTimeText(stored.updated_ns) : null,
    updated_by: known(stored?.updated_by ?? ''),
    runs: runs.map(shapeRun),
  }
}

export function shapeRun(run: RetentionRun): RetentionRunAnswer {
  const time = (ns: string) => (ns === '0' ? null : formatTimeText(ns))
  return {
    id: run.id,
    state: run.state,
    trigger: run.trigger,
    requested_at: formatTimeText(run.requested_ns),
    started_at: time(run.started_ns),
    ended_at: time(run.ended_ns),
    removed: run.removed_json === '' ? {} : (JSON.parse(run.removed_json) as Record<string, number>),
    fault: known(run.fault),
  }
}
