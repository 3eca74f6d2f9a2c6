import { describeQuestions, HOSTILE } from '../../../test/kit/questions.ts'
import { currentSteps } from './current-steps.ts'
import { runLogs } from './run-logs.ts'
import { toldOutput } from './told-output.ts'
import { workflowHistory } from './workflow-history.ts'

const scope = { tenant: 'acme' }
const silence = { lostBeforeNs: 3n, heartbeatBeforeNs: 4n }
const minutes = (from: number, to: number) => ({
  from: BigInt(from) * 60_000_000_000n,
  to: BigInt(to) * 60_000_000_000n,
})

const place = { trace_id: HOSTILE, first_started_at: 1n, last_started_at: 2n, services: [HOSTILE] }

describeQuestions(import.meta.url, [
  ['workflow-history', workflowHistory(scope, HOSTILE, silence)],
  ['workflow-history-of-an-owner', workflowHistory({ ...scope, owner: HOSTILE }, HOSTILE, silence)],
  ['current-steps', currentSteps(scope, [HOSTILE], 5n)],
  ['run-logs', runLogs(scope, [HOSTILE], [minutes(1, 2)])],
  ['told-output', toldOutput(scope, place, HOSTILE)],
  // The second and third meet on the five minutes of the key.
  ['run-logs-of-windows', runLogs(scope, [HOSTILE], [minutes(61, 66), minutes(1, 2), minutes(67, 68)])],
])
