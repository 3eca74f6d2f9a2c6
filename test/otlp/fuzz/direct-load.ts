/** Hostile payloads straight into tape, mapping and blocks, without a wire: many more of them in the same time. */
import { createSpanMapper } from '@runlens/mapping'
import { DEFAULT_LIMITS, indexTraces, jsonToTraces, TraceTape } from '@runlens/otlp'
import { AttributeValues } from '../../../collector/blocks/attribute-values.ts'
import { RowNumbers } from '../../../collector/blocks/sources.ts'
import { createSpanBlockBuilder } from '../../../collector/blocks/span-blocks.ts'
import type { LoadOptions } from './load.ts'
import { hostileRequest } from './requests.ts'

const NOW_MS = Date.UTC(2026, 10, 24)

/** How many came to blocks and how many were refused; throws with the request's number what no input may cause. */
export interface DirectTally {
  taken: number
  refused: number
}

/** @param onThousand called after each thousand requests */
export function directLoad({ seed, first, count }: LoadOptions, onThousand: () => void = () => {}): DirectTally {
  const tally = { taken: 0, refused: 0 }
  const take = createTaker()
  for (let n = first; n < first + count; n++) {
    const { encoding, plain } = hostileRequest(seed, n)
    try {
      tally[take(encoding, plain) ? 'taken' : 'refused']++
    } catch (error) {
      throw new Error(`seed ${seed}, request ${n}`, { cause: error })
    }
    if (n % 1_000 === 0) onThousand()
  }
  return tally
}

/** The parts of the pipeline that are the same from request to request. */
function createTaker(): (encoding: 'protobuf' | 'json', plain: Buffer) => boolean {
  const tape = new TraceTape()
  const values = new AttributeValues()
  const builder = createSpanBlockBuilder()
  const mapper = createSpanMapper({ roots: 'on' })
  const kept = new RowNumbers()
  return (encoding, plain) => {
    const read = encoding === 'json' ? jsonToTraces(plain, DEFAULT_LIMITS) : { kind: 'ok' as const, bytes: plain }
    if (read.kind !== 'ok') return false
    if (indexTraces(tape, read.bytes, DEFAULT_LIMITS, NOW_MS).kind !== 'indexed') return false
    const mapped = mapper.map(tape)
    values.prepare(tape)
    kept.clear()
    for (let row = 0; row < tape.spans.length; row++) kept.push(row)
    const tenant = Buffer.from('default')
    const blocks = builder.build({ tape, mapped, values, tenant, receivedAtMs: NOW_MS }, kept)
    const rows = blocks.reduce((sum, block) => sum + block.rows, 0)
    if (rows !== tape.spans.length) throw new Error(`${tape.spans.length} spans became ${rows} rows`)
    return true
  }
}
