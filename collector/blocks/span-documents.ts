/** What stands in which document of a span: see `SPAN_ALIASES` of clickhouse/tables for how each field is read. */
import { NO_TEXT, TEXT_FIELDS, type TextColumn, type TextField } from '@runlens/mapping'
import { dataView } from './byte-buffer.ts'
import { AttributeWriter, Document, type DocumentInput, memberName } from './document.ts'
import { writeString, writeWhole } from './json-writer.ts'
import { EventDocuments, LinkDocuments } from './list-documents.ts'

/** Texts of which there are few different values; `service` has a column of its own, and all others are fields. */
const LABELS: readonly TextField[] = [
  'provider',
  'execution_kind',
  'instance',
  'workflow_id',
  'workflow_name',
  'workflow_version',
  'mode',
  'environment',
  'step_name',
  'step_type',
  'error_type',
  'response_status_code',
  'database_type',
  'input_key',
  'output_key',
]
const FIELDS = TEXT_FIELDS.filter((field) => field !== 'service' && !LABELS.includes(field))

const NAMES = [
  'schema_url',
  'attributes',
  'attribute_types',
  'dropped_attributes_count',
  'name',
  'version',
  'flags',
  'dropped_events_count',
  'dropped_links_count',
  'trace_state',
  'status_message',
  'rule',
  'status_explicit',
  'attempt',
  'rows_total',
  'rows_returned',
  'progress',
  'queued_at',
  'expected_end_at',
] as const
const NAME = Object.fromEntries(NAMES.map((name) => [name, memberName(name)])) as Record<
  (typeof NAMES)[number],
  Uint8Array
>

interface Texts extends TextColumn {
  name: Uint8Array
}

/** Those of the fields that any span of the request has. */
function textsOf(fields: readonly TextField[], { mapped }: DocumentInput): Texts[] {
  const texts = fields.map((field) => ({ name: memberName(field), ...mapped.text[field] }))
  return texts.filter(({ starts }) => starts.subarray(0, mapped.length).some((start) => start !== NO_TEXT))
}

/** Documents of all spans, scopes and resources of a request; reused from request to request. */
export class SpanDocuments {
  readonly attributes = new Document()
  readonly labels = new Document()
  readonly fields = new Document()
  readonly scope = new Document()
  readonly resource = new Document()
  readonly events: Document
  readonly links: Document
  private readonly writer = new AttributeWriter()
  private readonly ofEvents = new EventDocuments(this.writer)
  private readonly ofLinks = new LinkDocuments(this.writer)

  constructor() {
    this.events = this.ofEvents.document
    this.links = this.ofLinks.document
  }

  prepare(input: DocumentInput): void {
    this.writer.prepare(input)
    this.writeResources(input)
    this.writeScopes(input)
    this.writeAttributes(input)
    this.writeLabels(input)
    this.writeFields(input)
    this.ofEvents.prepare(input)
    this.ofLinks.prepare(input)
  }

  private writeResources({ tape, bytes, data }: DocumentInput): void {
    const { at, length } = tape.resources
    const document = this.resource
    document.clear(length)
    for (let row = 0; row < length; row++) {
      document.begin(row)
      text(document, NAME.schema_url, bytes, data, at.schemaUrlStart[row]!, at.schemaUrlEnd[row]!)
      this.ownAttributes(document, at, row)
      number(document, NAME.dropped_attributes_count, at.dropped[row]!)
      document.end(row)
    }
  }

  private writeScopes({ tape, bytes, data }: DocumentInput): void {
    const { at, length } = tape.scopes
    const document = this.scope
    document.clear(length)
    for (let row = 0; row < length; row++) {
      document.begin(row)
      text(document, NAME.name, bytes, data, at.nameStart[row]!, at.nameEnd[row]!)
      text(document, NAME.version, bytes, data, at.versionStart[row]!, at.versionEnd[row]!)
      text(document, NAME.schema_url, bytes, data, at.schemaUrlStart[row]!, at.schemaUrlEnd[row]!)
      this.ownAttributes(document, at, row)
      number(document, NAME.dropped_attributes_count, at.dropped[row]!)
      document.end(row)
    }
  }

  private ownAttributes(
    document: Document,
    at: { attributes: Int32Array; attributeCount: Int32Array },
    row: number,
  ): void {
    if (at.attributeCount[row] === 0) return
    this.writer.write(document.member(NAME.attributes), at, row)
    this.writer.writeTypes(document.member(NAME.attribute_types), at, row)
  }

  private writeAttributes({ tape }: DocumentInput): void {
    const { at, length } = tape.spans
    const document = this.attributes
    document.clear(length)
    for (let row = 0; row < length; row++) {
      const start = document.out.length
      if (at.attributeCount[row]! > 0) this.writer.write(document.out, at, row)
      document.whole(row, at.attributeCount[row]! > 0 ? start : NO_TEXT)
    }
  }

  private writeLabels(input: DocumentInput): void {
    const { tape, mapped } = input
    const { at, length } = tape.spans
    const document = this.labels
    const texts = textsOf(LABELS, input)
    document.clear(length)
    for (let row = 0; row < length; row++) {
      document.begin(row)
      writeTexts(document, texts, input, row)
      number(document, NAME.rule, mapped.rule[row]!)
      number(document, NAME.status_explicit, mapped.statusExplicit[row]!)
      number(document, NAME.flags, at.flags[row]!)
      if (at.attributeCount[row]! > 0) this.writer.writeTypes(document.member(NAME.attribute_types), at, row)
      number(document, NAME.dropped_attributes_count, at.droppedAttributes[row]!)
      number(document, NAME.dropped_events_count, at.droppedEvents[row]!)
      number(document, NAME.dropped_links_count, at.droppedLinks[row]!)
      document.end(row)
    }
  }

  private writeFields(input: DocumentInput): void {
    const { tape, bytes, data, mapped } = input
    const { at, length } = tape.spans
    const document = this.fields
    const texts = textsOf(FIELDS, input)
    document.clear(length)
    for (let row = 0; row < length; row++) {
      document.begin(row)
      text(document, NAME.trace_state, bytes, data, at.traceStateStart[row]!, at.traceStateEnd[row]!)
      text(document, NAME.status_message, bytes, data, at.statusMessageStart[row]!, at.statusMessageEnd[row]!)
      writeTexts(document, texts, input, row)
      number(document, NAME.attempt, mapped.attempt[row]!)
      figure(document, NAME.rows_total, mapped.rowsTotal[row]!)
      figure(document, NAME.rows_returned, mapped.rowsReturned[row]!)
      if (Number.isFinite(mapped.progress[row]!)) document.member(NAME.progress).utf8(String(mapped.progress[row]!))
      time(document, NAME.queued_at, mapped.queuedAt, row)
      time(document, NAME.expected_end_at, mapped.expectedEndAt, row)
      document.end(row)
    }
  }
}

function writeTexts(document: Document, texts: readonly Texts[], input: DocumentInput, row: number): void {
  const { bytes, data, mapped } = input
  for (let i = 0; i < texts.length; i++) {
    const { name, starts, ends } = texts[i]!
    const start = starts[row]!
    if (start >= 0) text(document, name, bytes, data, start, ends[row]!)
    else if (start !== NO_TEXT) {
      const made = mapped.texts[-2 - start]!
      text(document, name, made, dataView(made), 0, made.length)
    }
  }
}

/** Bytes of `source`, which `data` is a view of; none are left out. */
function text(
  document: Document,
  name: Uint8Array,
  source: Uint8Array,
  data: DataView,
  start: number,
  end: number,
): void {
  if (start >= 0 && end > start) writeString(document.member(name), source, data, start, end)
}

/** An unsigned number of 32 bits at most; 0 is left out. */
function number(document: Document, name: Uint8Array, value: number): void {
  if (value !== 0) writeWhole(document.member(name), value >>> 0)
}

/** A figure that a UInt64 can't hold is null, as in a column. */
function figure(document: Document, name: Uint8Array, value: number): void {
  if (!(value >= 0 && value < 2 ** 64)) return
  const out = document.member(name)
  if (value <= Number.MAX_SAFE_INTEGER) writeWhole(out, Math.trunc(value))
  else out.utf8(String(BigInt(value)))
}

/** Nanoseconds as a text, because numbers of JSON are often read as doubles; 0 is null. Looked at in halves: a BigInt would be made for each. */
function time(document: Document, name: Uint8Array, times: BigInt64Array, row: number): void {
  const halves = new Int32Array(times.buffer, times.byteOffset + row * 8, 2)
  if (halves[0] !== 0 || halves[1] !== 0) document.member(name).utf8(`"${times[row]!}"`)
}
