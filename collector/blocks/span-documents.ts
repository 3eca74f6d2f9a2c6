/** Every document of the spans of a request: see `SPAN_FIELDS` of clickhouse/tables for how each field is read. */
import type { TextColumn } from '@runlens/mapping'
import type { ByteBuffer } from './byte-buffer.ts'
import { AttributeWriter, type Document } from './document.ts'
import { FieldDocuments } from './field-documents.ts'
import { LabelDocuments } from './label-documents.ts'
import { EventDocuments, LinkDocuments } from './list-documents.ts'
import { ParentDocuments } from './parent-documents.ts'
import type { DocumentInput } from './span-cells.ts'

export interface DocumentRoom {
  labels: ByteBuffer
  fields: ByteBuffer
  /** Where the documents of fields start and end. */
  fieldPlaces: TextColumn
}

/** Reused from request to request. */
export class SpanDocuments {
  private readonly writer = new AttributeWriter()
  private readonly ofLabels: LabelDocuments
  private readonly ofFields: FieldDocuments
  private readonly ofEvents = new EventDocuments(this.writer)
  private readonly ofLinks = new LinkDocuments(this.writer)
  private readonly ofParents = new ParentDocuments(this.writer)
  readonly labels: Document
  readonly fields: Document
  readonly events = this.ofEvents.document
  readonly links = this.ofLinks.document
  readonly scope = this.ofParents.scope
  readonly resource = this.ofParents.resource

  /** @param room where documents are written */
  constructor(room?: DocumentRoom) {
    this.ofLabels = new LabelDocuments(this.writer, room?.labels)
    this.ofFields = new FieldDocuments(room?.fields, room?.fieldPlaces)
    this.labels = this.ofLabels.document
    this.fields = this.ofFields.document
  }

  prepare(input: DocumentInput): void {
    this.writer.prepare(input)
    this.ofLabels.prepare(input)
    this.ofFields.prepare(input)
    this.ofEvents.prepare(input)
    this.ofLinks.prepare(input)
    this.ofParents.prepare(input)
  }
}
