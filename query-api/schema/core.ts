/** Parameters and answers of statistics over any filter of the list: series, distribution, facets. */
import { STATUSES } from '@runlens/conventions'
import { z } from 'zod'
import { FACET_COLUMNS } from '../questions/core/facets.ts'
import { metaSchema } from './execution.ts'
import { ATTRIBUTE_PREFIX, filteredQuery } from './list-query.ts'
import { integer, repeatable, TEXT_MAX } from './parameters.ts'
import { figures } from './statistics.ts'

export const BUCKETS_MAX = 1000
export const HEATMAP_BUCKETS_MAX = 200

/** How a range is cut; neither: as for a sparkline. */
const cut = {
  buckets: integer(1, BUCKETS_MAX).optional().describe('How many buckets; 24 to 48 unless given'),
  interval: z
    .string()
    .regex(/^[1-9]\d{0,6}[smhd]$/, 'must be a whole number with its unit, s, m, h or d, like 5m')
    .optional()
    .describe(
      'Width of a bucket, like 30s, 5m, 2h or 1d, instead of `buckets`; the range then starts early enough for whole buckets, as meta.from says',
    ),
}

export const timeseriesQuerySchema = z.strictObject({ ...filteredQuery, ...cut })
export const histogramQuerySchema = z.strictObject(filteredQuery)
export const heatmapQuerySchema = z.strictObject({
  ...filteredQuery,
  ...cut,
  buckets: integer(1, HEATMAP_BUCKETS_MAX).optional().describe('How many buckets, 24 to 48 unless given'),
})

export const FACETS_MAX = 8
const FACET_NAMES = ['status', ...Object.keys(FACET_COLUMNS)]
const isFacet = (text: string) =>
  FACET_NAMES.includes(text) ||
  (text.startsWith(ATTRIBUTE_PREFIX) && text.length > ATTRIBUTE_PREFIX.length && text.length <= TEXT_MAX)

export const facetsQuerySchema = z.strictObject({
  ...filteredQuery,
  field: repeatable(
    z
      .string()
      .refine(isFacet, `must be one of ${FACET_NAMES.join(', ')}, or ${ATTRIBUTE_PREFIX}<key> for an attribute`),
  )
    .max(FACETS_MAX, `must be given at most ${FACETS_MAX} times`)
    .default(['status', 'kind', 'environment', 'workflow_name'])
    .describe(`${FACET_NAMES.join(', ')}, or ${ATTRIBUTE_PREFIX}<key>; at most ${FACETS_MAX}`),
  limit: integer(1, 100).default(10).describe('Values of each field at most'),
})

const isoTime = () => z.string().meta({ format: 'date-time' })
const byStatus = z.object(Object.fromEntries(STATUSES.map((status) => [status, z.int()]))).meta({ id: 'StatusCounts' })

const seriesFigures = { ...figures, by_status: byStatus }

export const timeseriesSchema = z
  .object({
    ...seriesFigures,
    interval_ms: z.number().describe('Width of every bucket'),
    buckets: z
      .array(z.object({ timestamp: isoTime().describe('Start of the bucket'), ...seriesFigures }))
      .describe('All there, empty ones with zero counts; the last ends at meta.to'),
    meta: metaSchema,
  })
  .meta({ id: 'Timeseries' })
export type Timeseries = z.infer<typeof timeseriesSchema>

const bin = {
  from_ms: z.number().describe('Inclusive'),
  to_ms: z.number().nullable().describe('Exclusive; null: without bound'),
}

export const histogramSchema = z
  .object({
    bins: z
      .array(z.object({ ...bin, count: z.int() }))
      .describe('Ten to a decade, from the first that is not empty to the last'),
    unmeasured: z.int().describe('Executions that are not over, or have no duration'),
    total: z.int().describe('All that the filter matches: the bins and the unmeasured together'),
    meta: metaSchema,
  })
  .meta({ id: 'DurationHistogram' })
export type DurationHistogram = z.infer<typeof histogramSchema>

export const heatmapSchema = z
  .object({
    interval_ms: z.number().describe('Width of every bucket'),
    bins: z.array(z.object(bin)).describe('Five to a decade, from the first that is not empty to the last'),
    buckets: z.array(
      z.object({
        timestamp: isoTime().describe('Start of the bucket'),
        counts: z.array(z.int()).describe('One per bin'),
        unmeasured: z.int(),
      }),
    ),
    total: z.int(),
    meta: metaSchema,
  })
  .meta({ id: 'DurationHeatmap' })
export type DurationHeatmap = z.infer<typeof heatmapSchema>

export const facetsSchema = z
  .object({
    facets: z.array(
      z.object({
        field: z.string(),
        values: z.array(z.object({ value: z.string(), count: z.int() })).describe('Most frequent first'),
        distinct: z.int().describe('How many values there are'),
        other: z.int().describe('Executions with a value that is not among these'),
        empty: z.int().describe('Executions without a value'),
      }),
    ),
    total: z.int().describe('All that the filter matches; of each field, values, other and empty add up to it'),
    meta: metaSchema,
  })
  .meta({ id: 'Facets' })
export type Facets = z.infer<typeof facetsSchema>
