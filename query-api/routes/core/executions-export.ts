/** `GET /api/v1/executions/export`: the whole filtered list as a file. */
import { z } from 'zod'
import { expectedEnds } from '../../expected-ends.ts'
import { EXPORT_FORMATS, EXPORT_TYPES, exportAnswer, timeInName } from '../../export/formats.ts'
import { filterOf, rangeOfList } from '../../filter-of-query.ts'
import { type Moments, momentsOf } from '../../meta.ts'
import { readAll } from '../../read-all.ts'
import { type Execution, executionSchema } from '../../schema/execution.ts'
import { listedQuery } from '../../schema/list-query.ts'
import { choice } from '../../schema/parameters.ts'
import type { PageReader } from '../../search-page.ts'
import { shapeListed } from '../../shape-execution.ts'
import { QUESTION_PROBLEMS, route } from '../route.ts'

/** In this order; new ones come last. */
const COLUMNS = Object.keys(executionSchema.shape) as (keyof Execution)[]

export const executionsExport = route({
  path: '/api/v1/executions/export',
  id: 'exportExecutions',
  tag: 'Executions',
  summary: 'Export the filtered list as a file',
  description:
    'All executions that the filter matches, newest start first, each as the list tells it, over the same range as the list by starts. CSV follows RFC 4180 with a line of names; text that a spreadsheet would take for a formula has an apostrophe in front. An export that fails on its way ends with a cut connection.',
  parameters: z.strictObject({}),
  query: z.strictObject({
    ...listedQuery,
    format: choice(EXPORT_FORMATS).default('csv').describe('csv; json: one array; jsonl: one object a line'),
  }),
  attributes: true,
  contentTypes: Object.values(EXPORT_TYPES).map((type) => type.split(';')[0]!),
  problems: ['invalid_parameter', ...QUESTION_PROBLEMS],
  handle: (asked) => {
    const { query, scope, signal, services } = asked
    const moments = momentsOf(services)
    const filter = filterOf(asked, rangeOfList(query, moments.nowMs), moments.silence)
    const reader = { runner: services.runner, scope, filter, nowNs: moments.nowNs, signal }
    return exportAnswer({
      format: query.format,
      name: `executions-${timeInName(moments.nowMs)}`,
      columns: COLUMNS,
      pages: shapedPages(reader, moments),
    })
  },
})

async function* shapedPages(reader: PageReader, moments: Moments): AsyncGenerator<readonly Execution[]> {
  for await (const rows of readAll(reader)) {
    const expectedOf = await expectedEnds(reader.runner, reader.scope, rows, moments, reader.signal)
    yield rows.map((row) => shapeListed(row, expectedOf, moments.nowNs))
  }
}
