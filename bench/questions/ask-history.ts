/** Workflow history with visual sessions. */
import { type AskedQuestion, DAY_MS, type Subjects } from './asked.ts'

const ROOT = '/api/v1/workflows'

export function askHistory({ state: { toMs }, workflow }: Subjects): AskedQuestion[] {
  const history = (what: string, body: (n: number) => unknown): AskedQuestion => ({
    what: `history, ${what}`,
    path: () => `${ROOT}/executions/history`,
    body,
  })
  const aDay = (n: number) => ({
    from: new Date(toMs - DAY_MS - n * 1000).toISOString(),
    to: new Date(toMs - n * 1000).toISOString(),
  })
  return [
    history('newest of everything', (n) => ({ page_size: 20 + n })),
    history('of a workflow', (n) => ({ workflow_id: workflow(n), page_size: 20 + n })),
    history('tenth page of a day', (n) => ({ ...aDay(n), page: 10 })),
    history('failed in a mode', (n) => ({ status_filter: 'failed', mode_filter: 'local-run', page_size: 20 + n })),
    history('visual streaming', (n) => ({ visual_streaming_only: true, page_size: 20 + n })),
    { what: 'history stats of a workflow', path: (n) => `${ROOT}/executions/stats/${workflow(n)}` },
    { what: 'active runs', path: (n) => `${ROOT}/executions/active?limit=${100 + n}` },
    { what: 'visual sessions', path: (n) => `${ROOT}/visual/sessions/enhanced?limit=${100 + n}` },
    {
      what: 'visual sessions of a workflow',
      path: (n) => `${ROOT}/visual/sessions/enhanced?workflow_id=flow-${1 + 3 * n}`,
    },
  ]
}
