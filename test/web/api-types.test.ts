/** The UI declares what it reads of an answer by itself; here that is compared with what the API promises. */
import { readFileSync } from 'node:fs'
import { expect, expectTypeOf, it } from 'vitest'
import type { z } from 'zod'
import type { Problem } from '../../query-api/problem.ts'
import type { SessionAnswer } from '../../query-api/schema/access.ts'
import type { Errors } from '../../query-api/schema/errors.ts'
import type { ExecutionDetail, ExecutionList, executionSchema } from '../../query-api/schema/execution.ts'
import { listQuerySchema } from '../../query-api/schema/list-query.ts'
import type { Kpis, Workflows } from '../../query-api/schema/statistics.ts'
import type { Tree } from '../../query-api/schema/tree.ts'
import type * as Web from '../../web/api/types.ts'
import { listQuestion, parseFilters } from '../../web/filters/filters.ts'

it('reads no field that the API does not promise', () => {
  expectTypeOf<ExecutionList>().toExtend<Web.ExecutionList>()
  expectTypeOf<ExecutionDetail>().toExtend<Web.ExecutionDetail>()
  expectTypeOf<Tree>().toExtend<Web.Tree>()
  expectTypeOf<Kpis>().toExtend<Web.Kpis>()
  expectTypeOf<Workflows>().toExtend<Web.WorkflowNames>()
  expectTypeOf<SessionAnswer>().toExtend<Web.Session>()
  expectTypeOf<Errors>().toExtend<Web.ErrorGroups>()
  expectTypeOf<Problem>().toExtend<Web.Problem>()
  expectTypeOf<z.infer<typeof executionSchema>>().toExtend<Web.Execution>()
})

it('asks with parameters that the API takes', () => {
  const source = readFileSync(new URL('../../web/filters/filters.ts', import.meta.url), 'utf8')
  const names = [...source.matchAll(/^ {2}'(\w+)',$/gm)].map(([, name]) => name ?? '')
  expect(names.length).toBeGreaterThan(10)
  const search = new URLSearchParams(names.map((name): [string, string] => [name, /_ms$/.test(name) ? '5' : 'x']))
  const asked = new URLSearchParams(listQuestion(parseFilters(`${search}&status=error&kind=agent&sort=duration_ms`)))
  const values = Object.fromEntries(
    [...asked.keys()].map((name) => [name, ['status', 'kind'].includes(name) ? asked.getAll(name) : asked.get(name)]),
  )
  expect(listQuerySchema.parse(values)).toMatchObject({ error_type: 'x', min_duration_ms: 5, status: ['error'] })
})
