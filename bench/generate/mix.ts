/** What a request consists of: executions of every kind of emitter in fixed shares, and exactly as many spans as were asked for. */
import { Draft } from './draft.ts'
import type { Random } from './random.ts'
import { httpRequest } from './scenarios/http-request.ts'
import { langgraphAgent } from './scenarios/langgraph-agent.ts'
import { n8nWorkflow } from './scenarios/n8n-workflow.ts'
import { nativeWorkflow } from './scenarios/native-workflow.ts'
import { query } from './scenarios/query.ts'
import { queueJob } from './scenarios/queue-job.ts'

export type Scenario = (draft: Draft) => void

/** Of a hundred traces. */
const SHARES: readonly (readonly [Scenario, number])[] = [
  [nativeWorkflow, 30],
  [httpRequest, 28],
  [n8nWorkflow, 20],
  [query, 8],
  [langgraphAgent, 8],
  [queueJob, 6],
]
/** No scenario makes more. */
const SPANS_PER_TRACE_MAX = 16

export function draftRequest(random: Random, spans: number): Draft {
  const draft = new Draft(random)
  while (draft.spans.length + SPANS_PER_TRACE_MAX <= spans) pickScenario(random)(draft)
  while (draft.spans.length < spans) query(draft)
  return draft
}

function pickScenario(random: Random): Scenario {
  let rest = random.below(100)
  for (const [scenario, share] of SHARES) {
    rest -= share
    if (rest < 0) return scenario
  }
  return query
}
