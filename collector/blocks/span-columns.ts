/** For every column of `spans`: where its cells come from. How they are written follows from the column's type. */
import type { SPANS } from '@runlens/clickhouse'
import type { TraceTape } from '@runlens/otlp'
import type { Document } from './document.ts'
import { int64 } from './fixed-columns.ts'
import type { Level, Source as SourceOf } from './sources.ts'
import type { SpanCells } from './span-cells.ts'
import type { SpanDocuments } from './span-documents.ts'

type SpanColumn = keyof (typeof SPANS)['columns']
type Source = SourceOf<SpanCells>

type Fields<Part extends 'resources' | 'scopes' | 'spans'> = keyof TraceTape[Part]['at']
const PART = { resource: 'resources', scope: 'scopes', item: 'spans' } as const
type PartOf<L extends Level> = (typeof PART)[L]
/** `name` for each pair of fields `nameStart`, `nameEnd`. */
type TextOf<L extends Level> = Fields<PartOf<L>> extends infer F ? (F extends `${infer N}Start` ? N : never) : never

function cells(input: SpanCells, level: Level): Record<string, Int32Array> {
  return input.tape[PART[level]].at
}

function text<L extends Level>(level: L, name: TextOf<L>): Source {
  return {
    level,
    kind: 'text',
    texts: (input) => ({ starts: cells(input, level)[`${name}Start`]!, ends: cells(input, level)[`${name}End`]! }),
  }
}

function bytes<L extends Level>(level: L, name: Fields<PartOf<L>> & string): Source {
  return { level, kind: 'bytes', starts: (input) => cells(input, level)[name]! }
}

function number<L extends Level>(level: L, name: Fields<PartOf<L>> & string): Source {
  return { level, kind: 'number', numbers: (input) => cells(input, level)[name]! }
}

const document = (choose: (documents: SpanDocuments) => Document): Source => ({
  level: 'item',
  kind: 'document',
  document: ({ documents }) => choose(documents),
})

const mapped = (name: 'role' | 'status'): Source => ({
  level: 'item',
  kind: 'number',
  numbers: (input) => input.mapped[name],
})

/** A column of `SPANS` that is missing here does not compile. */
export const SPAN_SOURCES: Readonly<Record<SpanColumn, Source>> = {
  tenant: { level: 'item', kind: 'constant', bytes: (input) => input.tenant },
  received_at: { level: 'item', kind: 'constant', bytes: (input) => int64(input.receivedAtMs) },
  trace_id: bytes('item', 'traceId'),
  span_id: bytes('item', 'spanId'),
  parent_span_id: bytes('item', 'parentSpanId'),
  name: text('item', 'name'),
  kind: number('item', 'kind'),
  started_at: bytes('item', 'startTime'),
  ended_at: bytes('item', 'endTime'),
  status_code: number('item', 'statusCode'),
  service: { level: 'item', kind: 'text', texts: (input) => input.mapped.text.service },
  attribute_values: { level: 'item', kind: 'values', owners: ({ tape }) => tape.spans.at },
  labels_json: document(({ labels }) => labels),
  fields_json: document(({ fields }) => fields),
  events_json: document(({ events }) => events),
  links_json: document(({ links }) => links),
  scope_json: { level: 'scope', kind: 'document', document: ({ documents }) => documents.scope },
  resource_json: { level: 'resource', kind: 'document', document: ({ documents }) => documents.resource },
  role: mapped('role'),
  status: mapped('status'),
}
