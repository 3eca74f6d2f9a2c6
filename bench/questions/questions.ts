/** What the API is asked about a filled database. Each asking of a question has a number, so that no two are about the same thing. */
import type { FillState } from '../fill/state.ts'
import { askExecutions } from './ask-executions.ts'
import { askHistory } from './ask-history.ts'
import { askMetrics } from './ask-metrics.ts'
import { askMonitoring } from './ask-monitoring.ts'
import { askObservability } from './ask-observability.ts'
import { askQueries } from './ask-queries.ts'
import { type AskedQuestion, subjectsOf } from './asked.ts'

const VIEWS = [askExecutions, askQueries, askObservability, askHistory, askMonitoring, askMetrics]

export function questionsAbout(state: FillState): AskedQuestion[] {
  const subjects = subjectsOf(state)
  return VIEWS.flatMap((ask) => ask(subjects))
}
