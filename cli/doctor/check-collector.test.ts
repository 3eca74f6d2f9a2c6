import { expect, it } from 'vitest'
import { checkCollector } from './check-collector.ts'
import { Figures } from './prometheus.ts'

const compiledStages = (exposition: string) =>
  checkCollector(new Figures(exposition), 0).find(({ check }) => check === 'compiled stages')

it('says that a compiled stage failed, and not that requests were left to TypeScript on purpose', () => {
  const left = 'runlens_interpreted_requests_total{stage="index"} 5\n'
  const failed = (n: number) => `${left}runlens_interpreted_requests_total{stage="build"} ${n}\n`
  expect(compiledStages(failed(0))).toMatchObject({ severity: 'ok' })
  expect(compiledStages(left)).toMatchObject({ severity: 'ok' })
  const found = compiledStages(failed(3))
  expect(found).toMatchObject({ severity: 'warning', text: expect.stringContaining('for 3 requests') })
  expect(found?.remedy).toContain('Nothing is lost')
})
