/** Saved views in requests and answers. */
import { z } from 'zod'

export const FILTER_BYTES_MAX = 16 * 1024
const NAME_MAX = 200

const isoTime = () => z.string().meta({ format: 'date-time' })
const filter = z.record(z.string(), z.unknown())

export const viewPath = z.strictObject({
  view_id: z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, 'must be 1 to 64 letters, digits, - or _'),
})

export const viewBodySchema = z.strictObject({
  name: z
    .string('must be a text')
    .trim()
    .min(1, 'must not be empty')
    .max(NAME_MAX, `must have at most ${NAME_MAX} characters`),
  filter: z
    .record(z.string(), z.unknown(), 'must be an object')
    .refine(
      (value) => Buffer.byteLength(JSON.stringify(value)) <= FILTER_BYTES_MAX,
      `must have at most ${FILTER_BYTES_MAX} bytes as JSON`,
    )
    .describe('Whatever the client needs to show the view again; kept as it is'),
})

export const savedViewSchema = z
  .object({
    id: z.string(),
    name: z.string(),
    owner: z.string().nullable().describe('The user that saved it first'),
    filter,
    created_at: isoTime(),
    updated_at: isoTime(),
  })
  .meta({ id: 'SavedView' })
export type SavedViewAnswer = z.infer<typeof savedViewSchema>

export const savedViewsSchema = z
  .object({ views: z.array(savedViewSchema).describe('By name'), count: z.int() })
  .meta({ id: 'SavedViews' })
