/** `GET /api/v1/metrics/execution/export`: every part as a file. */
import { z } from 'zod'
import { type ExecutionMetrics, exportQuerySchema } from '../../schema/metrics.ts'
import { QUESTION_PROBLEMS, route } from '../route.ts'
import { readAllParts } from './all-parts.ts'
import { readAsked, withMeta } from './asked.ts'
import { CSV_HEADER, csvLines } from './flatten.ts'

const TYPES = { csv: 'text/csv; charset=utf-8', json: 'application/json; charset=utf-8' } as const

export const exportMetrics = route({
  path: '/api/v1/metrics/execution/export',
  id: 'exportExecutionMetrics',
  tag: 'Metrics',
  summary: 'Execution metrics as a file',
  description:
    'As CSV one line for each value; cells that a spreadsheet would take for a formula begin with an apostrophe.',
  parameters: z.strictObject({}),
  query: exportQuerySchema,
  contentTypes: ['text/csv', 'application/json'],
  problems: ['invalid_parameter', 'forbidden', ...QUESTION_PROBLEMS],
  handle: async (request) => {
    const asked = readAsked(request)
    const { format } = request.query
    // Asked before the first byte: what can be refused is.
    const answer = await withMeta(asked, readAllParts(asked))
    return {
      contentType: TYPES[format],
      headers: { 'content-disposition': `attachment; filename="execution-metrics.${format}"` },
      chunks: format === 'csv' ? csv(answer) : json(answer),
    }
  },
})

async function* csv({ meta, ...parts }: ExecutionMetrics): AsyncGenerator<string> {
  yield CSV_HEADER
  for (const [part, value] of Object.entries({ meta, ...parts })) {
    let text = ''
    for (const line of csvLines(part, value)) text += line
    yield text
  }
}

async function* json(answer: ExecutionMetrics): AsyncGenerator<string> {
  yield JSON.stringify(answer)
}
