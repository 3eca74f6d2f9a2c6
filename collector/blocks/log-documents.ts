/** Every document of the log records of a request, their bodies and services: see `LOG_ALIASES` of clickhouse/tables. */
import { NO_TEXT, type TextColumn } from '@runlens/mapping'
import { AttributeWriter } from './document.ts'
import type { LogDocumentInput } from './log-cells.ts'
import { LogLabels } from './log-labels.ts'
import { ParentDocuments } from './parent-documents.ts'
import { serviceNames } from './service-names.ts'

/** Reused from request to request. */
export class LogDocuments {
  private readonly writer = new AttributeWriter()
  private readonly ofLabels = new LogLabels(this.writer)
  private readonly ofParents = new ParentDocuments(this.writer)
  readonly labels = this.ofLabels.document
  readonly scope = this.ofParents.scope
  readonly resource = this.ofParents.resource
  /** By record; those that are no strings are among {@link made}. */
  body: TextColumn = { starts: new Int32Array(256), ends: new Int32Array(256) }
  /** By resource. */
  service: TextColumn = { starts: new Int32Array(16), ends: new Int32Array(16) }
  made: Uint8Array[] = []

  prepare(input: LogDocumentInput): void {
    this.writer.prepare(input)
    this.ofLabels.prepare(input)
    this.ofParents.prepare(input)
    this.placeBodies(input)
    this.service = serviceNames(input.tape, this.service)
  }

  private placeBodies({ tape, values }: LogDocumentInput): void {
    const { at, length } = tape.logs
    if (length > this.body.starts.length) {
      this.body = { starts: new Int32Array(length * 2), ends: new Int32Array(length * 2) }
    }
    this.made = []
    for (let row = 0; row < length; row++) {
      const body = at.body[row]!
      const start = body < 0 ? NO_TEXT : values.starts[body]!
      const end = body < 0 ? 0 : values.ends[body]!
      if (body < 0 || start >= 0) this.body.starts[row] = start
      else {
        const text = values.formatted.bytes.subarray(-1 - start, end)
        this.body.starts[row] = text.length === 0 ? NO_TEXT : -1 - this.made.push(text)
      }
      this.body.ends[row] = end
    }
  }
}
