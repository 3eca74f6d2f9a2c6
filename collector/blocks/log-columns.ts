/** For every column of `logs`: where its cells come from. How they are written follows from the column's type. */
import type { LOGS } from '@runlens/clickhouse'
import { dataView } from './byte-buffer.ts'
import type { Document } from './document.ts'
import { int64 } from './fixed-columns.ts'
import type { LogCells } from './log-cells.ts'
import type { LogDocuments } from './log-documents.ts'
import type { Level, Source as SourceOf } from './sources.ts'

type Source = SourceOf<LogCells>

const text = (name: 'severityText' | 'eventName'): Source => ({
  level: 'item',
  kind: 'text',
  texts: ({ tape: { logs } }) => ({ starts: logs.at[`${name}Start`], ends: logs.at[`${name}End`] }),
})

const id = (name: 'traceId' | 'spanId'): Source => ({
  level: 'item',
  kind: 'bytes',
  starts: ({ tape }) => tape.logs.at[name],
})

const document = (level: Level, choose: (documents: LogDocuments) => Document): Source => ({
  level,
  kind: 'document',
  document: ({ documents }) => choose(documents),
})

/** A column of `LOGS` that is missing here does not compile. */
export const LOG_SOURCES: Readonly<Record<keyof (typeof LOGS)['columns'], Source>> = {
  tenant: { level: 'item', kind: 'constant', bytes: ({ tenant }) => tenant },
  received_at: { level: 'item', kind: 'constant', bytes: ({ receivedAtMs }) => int64(receivedAtMs) },
  time: {
    level: 'item',
    kind: 'bytes',
    starts: ({ tape }) => tape.logs.at.time,
    absent: ({ receivedAtMs }) => dataView(int64(BigInt(receivedAtMs) * 1_000_000n)),
  },
  trace_id: id('traceId'),
  span_id: id('spanId'),
  severity_number: { level: 'item', kind: 'number', numbers: ({ tape }) => tape.logs.at.severityNumber },
  severity_text: text('severityText'),
  service: { level: 'resource', kind: 'text', texts: ({ documents }) => documents.service },
  event_name: text('eventName'),
  body: { level: 'item', kind: 'text', texts: ({ documents }) => documents.body },
  attribute_values: { level: 'item', kind: 'values', owners: ({ tape }) => tape.logs.at },
  labels_json: document('item', ({ labels }) => labels),
  scope_json: document('scope', ({ scope }) => scope),
  resource_json: document('resource', ({ resource }) => resource),
}
