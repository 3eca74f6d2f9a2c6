import { expect, it } from 'vitest'
import { addFigures, createRegistry, type FigureRow } from './metrics.ts'

interface Source {
  total: number
  byReason: Record<string, number>
}

const ROWS: readonly FigureRow<Source>[] = [
  ['counter', 'test_total', 'All.', (source) => source.total],
  ['gauge', 'test_reasons', 'By reason.', (source) => source.byReason, 'reason'],
]

it('tells the figures of the moment in which it is asked, and forgets labels that are gone', async () => {
  const registry = createRegistry()
  const source: Source = { total: 1, byReason: { full: 2, slow: 3 } }
  addFigures(registry, () => source, ROWS)
  const lines = async () => (await registry.metrics()).split('\n').filter((line) => line.startsWith('test_'))
  expect(await lines()).toEqual(['test_total 1', 'test_reasons{reason="full"} 2', 'test_reasons{reason="slow"} 3'])
  source.total = 5
  source.byReason = { slow: 4 }
  expect(await lines()).toEqual(['test_total 5', 'test_reasons{reason="slow"} 4'])
})

it('tells build, Node, memory and event loop of every process', async () => {
  const text = await createRegistry().metrics()
  expect(text).toMatch(/^runlens_build_info\{version="\d+\.\d+\.\d+",node="\d+\.\d+\.\d+"\} 1$/m)
  for (const name of ['process_resident_memory_bytes', 'nodejs_eventloop_lag_p99_seconds']) {
    expect(text).toMatch(new RegExp(`^${name} \\S`, 'm'))
  }
})
