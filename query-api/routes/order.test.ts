import { expect, it } from 'vitest'
import { literalsFirst, methodsAt } from './order.ts'

const routes = [
  { path: '/executions/{user_id}' },
  { path: '/executions/{user_id}/stats' },
  { path: '/executions/export' },
  { path: '/executions/stats/global' },
  { path: '/executions/id/{execution_id}' },
  { path: '/executions/id/{execution_id}', method: 'delete' },
  { path: '/executions.prom' },
] as const

it('puts literals before parameters, segment by segment', () => {
  const paths = literalsFirst(routes).map(({ path }) => path)
  const before = (first: string, second: string) =>
    expect(paths.indexOf(first as never)).toBeLessThan(paths.indexOf(second as never))
  before('/executions/export', '/executions/{user_id}')
  before('/executions/stats/global', '/executions/{user_id}/stats')
  before('/executions/id/{execution_id}', '/executions/{user_id}/stats')
  expect(paths).toHaveLength(routes.length)
})

it('knows the methods of a path', () => {
  expect(methodsAt(routes, '/executions/id/7')).toEqual(['DELETE', 'GET', 'HEAD'])
  expect(methodsAt(routes, '/executions/7')).toEqual(['GET', 'HEAD'])
  expect(methodsAt(routes, '/executionsxprom')).toEqual([])
  expect(methodsAt(routes, '/nope')).toEqual([])
})
