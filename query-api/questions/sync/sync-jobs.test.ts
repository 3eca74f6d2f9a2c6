import { expect, it } from 'vitest'
import { describeQuestions, HOSTILE } from '../../../test/kit/questions.ts'
import { openSyncJobs, syncJob, syncProgress } from './sync-jobs.ts'

const scope = { tenant: 'acme' }
describeQuestions(import.meta.url, [
  ['sync-job', syncJob(scope, HOSTILE, HOSTILE)],
  ['open-sync-jobs', openSyncJobs(scope, HOSTILE)],
])

it('follows the progress of all tenants for the system', () => {
  expect(syncProgress().sql).not.toContain('tenant =')
})
