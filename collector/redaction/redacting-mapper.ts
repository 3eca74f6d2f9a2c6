/** A mapper that sees no secret, and so nobody behind it does: whatever is mapped was redacted just before, markers made of log records too. */
import type { MappedSpans } from '@runlens/mapping'
import type { TraceTape } from '@runlens/otlp'
import type { SpanMapper } from '../signals/traces.ts'
import type { Redactor } from './redactor.ts'

export class RedactingMapper implements SpanMapper {
  constructor(
    private readonly mapper: SpanMapper,
    private readonly redactor: Redactor,
  ) {}

  map(tape: TraceTape): MappedSpans {
    this.redactor.redact(tape)
    return this.mapper.map(tape)
  }
}
