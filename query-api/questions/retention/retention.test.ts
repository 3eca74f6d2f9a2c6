import { RETENTION_DEFAULTS, type RetentionSettings } from '@runlens/clickhouse'
import { describeQuestions, HOSTILE } from '../../../test/kit/questions.ts'
import { countErasures, findErasure } from './erasures.ts'
import { previewExecutions, previewRaw, previewRollup } from './retention-preview.ts'
import { retentionRuns } from './retention-runs.ts'
import { storedRetention } from './stored-retention.ts'

const scope = { tenant: 'acme' }
const settings: RetentionSettings = {
  ...RETENTION_DEFAULTS,
  rules: [
    {
      match: { status: ['failed'], workflow_id: HOSTILE, environment: HOSTILE, kind: 'agent' },
      days: 30,
      payload_days: 3,
    },
    { match: { environment: 'dev' }, days: 1 },
  ],
}

describeQuestions(import.meta.url, [
  ['stored-retention', storedRetention(scope)],
  ['retention-runs', retentionRuns(scope)],
  ['preview-executions', previewExecutions(scope, settings, 1_000_000)],
  ['preview-executions-by-default', previewExecutions(scope, { ...RETENTION_DEFAULTS, keep_at_least: 0 }, 1_000_000)],
  ['preview-spans', previewRaw('spans', scope, settings, 1_000_000)],
  ['preview-logs', previewRaw('logs', scope, { ...settings, keep_at_least: 0 }, 1_000_000)],
  ['find-erasure', findErasure(scope, HOSTILE)],
  ['count-erasures', countErasures(scope)],
  ['preview-rollup', previewRollup('execution_minutes', scope, 1_000_000)],
])
