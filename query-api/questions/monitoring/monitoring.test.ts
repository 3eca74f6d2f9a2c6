import { describeQuestions, HOSTILE, type NamedQuestion } from '../../../test/kit/questions.ts'
import type { ExecutionFilter } from '../execution-filter.ts'
import type { FiguresFilter } from '../figures.ts'
import { countAll } from './count-all.ts'
import { failedNodes } from './failed-nodes.ts'
import { positionAt } from './position-at.ts'
import { runFigures } from './run-figures.ts'

const scope = { tenant: 'acme' }
const silence = { lostBeforeNs: 3n, heartbeatBeforeNs: 4n }
const filter: ExecutionFilter = {
  equal: { user_id: HOSTILE, conversation_id: HOSTILE },
  status: ['failed'],
  kind: ['agent'],
  min_duration_ms: null,
  max_duration_ms: null,
  attributes: [],
  q: null,
  range: { field: 'started_at', from: 1n, to: 2n },
  silence,
}
const figures: FiguresFilter = { range: { from: 10n, to: 20n }, kind: ['agent'], environment: null, silence }
const raw = { source: 'raw', rawHours: [], openHours: [] } as const

const QUESTIONS: NamedQuestion[] = [
  ['count-all', countAll(scope, filter)],
  ['position-at', positionAt(scope, filter, { sort: 'started_at', order: 'desc' }, 100)],
  ['run-figures-raw', runFigures(scope, figures, raw)],
  ['run-figures-rollup', runFigures(scope, figures, { source: 'rollup', rawHours: [0], openHours: [3600] })],
  ['run-figures-of-an-owner', runFigures({ ...scope, owner: HOSTILE }, figures, raw)],
  ['failed-nodes', failedNodes(scope, figures, 10)],
  ['failed-nodes-of-an-owner', failedNodes({ ...scope, owner: HOSTILE }, figures, 10)],
]
describeQuestions(import.meta.url, QUESTIONS)
