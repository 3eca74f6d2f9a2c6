/** `POST /api/v1/mapping/explain`: what a payload's spans would become, and why. Nothing is stored. */
import { DEFAULT_LIMITS, jsonToLogs, jsonToTraces } from '@runlens/otlp'
import { z } from 'zod'
import { ProblemError } from '../../problem.ts'
import { explainBodySchema, explanationSchema } from '../../schema/mapping.ts'
import { route } from '../route.ts'

export const explain = route({
  method: 'post',
  path: '/api/v1/mapping/explain',
  id: 'explainMapping',
  tag: 'Operation',
  summary: 'Explain what spans become',
  description:
    'For each span of a payload: what it became, by which rule of which profile, each field with the attribute that it came from, and why it is no more. The payload goes the way that the collector and the worker send it, with the profiles of this server, as if nothing more came; it is not stored.',
  parameters: z.strictObject({}),
  query: z.strictObject({}),
  body: explainBodySchema,
  answer: explanationSchema,
  problems: ['malformed_body', 'invalid_body', 'body_too_large', 'unsupported_media_type', 'payload_unreadable'],
  handle: ({ body, services: { explainer, now } }) => {
    const outcome = explainer.explain(
      {
        ...(body.resourceSpans ? { traces: protobuf(jsonToTraces, { resourceSpans: body.resourceSpans }) } : {}),
        ...(body.resourceLogs ? { logs: protobuf(jsonToLogs, { resourceLogs: body.resourceLogs }) } : {}),
      },
      now(),
    )
    if (outcome.kind !== 'explained') throw unreadable(outcome.message)
    return { json: outcome.explanation }
  },
})

/** Written anew from what the body's check read: integers beyond 2^53 that are not in quotes are no longer exact, which no rule looks at. */
function protobuf(transcode: typeof jsonToTraces, request: object): Buffer {
  const outcome = transcode(Buffer.from(JSON.stringify(request)), DEFAULT_LIMITS)
  if (outcome.kind === 'malformed') throw unreadable(outcome.message)
  return outcome.bytes
}

function unreadable(message: string): ProblemError {
  return new ProblemError('payload_unreadable', `${message}.`)
}
