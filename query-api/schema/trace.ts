/** A trace in an answer: OTLP/JSON, whose own specification says what a span holds. */
import { z } from 'zod'

export const tracesDataSchema = z
  .object({
    resourceSpans: z.array(
      z.looseObject({
        resource: z.looseObject({}),
        scopeSpans: z.array(
          z.looseObject({ spans: z.array(z.looseObject({ traceId: z.string(), spanId: z.string() })) }),
        ),
      }),
    ),
  })
  .describe('TracesData of opentelemetry-proto in its JSON encoding')
  .meta({ id: 'TracesData' })
