/** Log records of an execution in an answer. */
import { z } from 'zod'

const isoTime = () => z.string().meta({ format: 'date-time' })

export const logSchema = z
  .object({
    time: isoTime().describe('Its own, else when it was observed or received'),
    trace_id: z.string(),
    span_id: z.string().nullable().describe('Null for a record of the trace as a whole'),
    severity_number: z.int().nullable().describe('SeverityNumber of OpenTelemetry, 1 (trace) to 24 (fatal)'),
    severity_text: z.string().nullable(),
    event_name: z.string().nullable(),
    body: z.string().nullable().describe('A string as it is; anything else as JSON or as its text'),
    service: z.string().nullable(),
    scope: z.string().nullable(),
    attributes: z.record(z.string(), z.string()),
  })
  .meta({ id: 'LogRecord' })
export type LogRecord = z.infer<typeof logSchema>

export const logsSchema = z
  .object({
    execution_id: z.string(),
    logs: z.array(logSchema).describe('In order of time'),
    count: z.int().describe('Size of this page'),
    next_cursor: z.string().nullable().describe('Give it as `cursor` for the next page; null on the last'),
  })
  .meta({ id: 'ExecutionLogs' })
export type ExecutionLogs = z.infer<typeof logsSchema>
