/** Hashes of spans for the resend filter, by the compiled stage, of a tape that it can see. */
import type { TraceTape } from '@runlens/otlp'
import type { SpanHashes } from '../resend-filter.ts'
import type { TraceIndexer } from './trace-indexer.ts'

export class CompiledHashes implements SpanHashes {
  private readonly hashes: Int32Array

  constructor(private readonly indexer: TraceIndexer) {
    const { stages } = indexer
    this.hashes = stages.numbers(stages.place('RESEND_KEYS'), stages.place('SPANS_MAX') * 2)
  }

  of(tape: TraceTape, low: number, high: number): Int32Array | undefined {
    if (!this.indexer.holds(tape)) return undefined
    this.indexer.stages.run.hashSpans(tape.spans.length, low, high)
    return this.hashes
  }
}
