/** `GET /api/v1/facets`: the most frequent values of some fields, over any filter of the list. */
import { OPEN_STATUSES } from '@runlens/conventions'
import { z } from 'zod'
import { filterOf } from '../../filter-of-query.ts'
import { momentsOf, readMeta, withoutMoment } from '../../meta.ts'
import { planMatching } from '../../plan-figures.ts'
import { areInRollups, type Facet, type FacetRow, facets as facetsOf } from '../../questions/core/facets.ts'
import { RAW_PLAN } from '../../questions/figures.ts'
import { resolveRange } from '../../range.ts'
import { type Facets, facetsQuerySchema, facetsSchema } from '../../schema/core.ts'
import { ATTRIBUTE_PREFIX } from '../../schema/list-query.ts'
import { QUESTION_PROBLEMS, route } from '../route.ts'

export const facets = route({
  path: '/api/v1/facets',
  id: 'getFacets',
  tag: 'Executions',
  summary: 'The most frequent values of some fields',
  description:
    'Over any filter of the list, whose total is the same over the same range. Beyond 24 hours status, kind, environment and workflow_id are counted in hourly rollups where nothing else is asked for.',
  parameters: z.strictObject({}),
  query: facetsQuerySchema,
  attributes: true,
  answer: facetsSchema,
  problems: ['invalid_parameter', ...QUESTION_PROBLEMS],
  handle: async (asked) => {
    const { query, scope, signal, services } = asked
    const moments = momentsOf(services)
    const range = resolveRange(query, moments.nowMs, '24h')
    const filter = filterOf(asked, range, moments.silence)
    const fields = [...new Set(query.field)]
    const wanted = fields.map(facetOf)
    const { runner } = services
    const edges = [range.from, range.to]
    const plan = areInRollups(wanted) ? await planMatching(runner, scope, filter, range, edges, signal) : RAW_PLAN
    const asking = runner.ask(facetsOf(scope, { filter, range, facets: wanted, limit: query.limit }, plan), signal)
    const parts = asking.then((rows) => ({ range, source: plan.source, running: runningOf(rows) }))
    const [rows, meta] = await Promise.all([asking, readMeta(services, moments, parts)])
    const answer: Facets = {
      facets: fields.map((field, index) =>
        shape(
          field,
          rows.filter(({ facet }) => facet === index + 1),
        ),
      ),
      total: Number(rows[0]?.total ?? 0),
      meta,
    }
    return { json: answer, identity: withoutMoment(answer) }
  },
})

function facetOf(field: string): Facet {
  return field.startsWith(ATTRIBUTE_PREFIX) ? { attribute: field.slice(ATTRIBUTE_PREFIX.length) } : (field as Facet)
}

function shape(field: string, rows: readonly FacetRow[]): Facets['facets'][number] {
  const values = rows.filter(({ value }) => value !== '').map(({ value, n }) => ({ value, count: Number(n) }))
  const empty = Number(rows.find(({ value }) => value === '')?.n ?? 0)
  const shown = values.reduce((all, { count }) => all + count, 0)
  return {
    field,
    values,
    distinct: Number(rows[0]?.values_total ?? 0),
    other: Number(rows[0]?.total ?? 0) - shown - empty,
    empty,
  }
}

/** How many are open, by the facet that is always counted. */
function runningOf(rows: readonly FacetRow[]): number {
  const open = rows.filter(({ facet, value }) => facet === 0 && (OPEN_STATUSES as readonly string[]).includes(value))
  return open.reduce((all, { n }) => all + Number(n), 0)
}
