/** Hostile payloads straight into tape, mapping and blocks, without a wire: many more of them in the same time. */
import { createSpanMapper } from '@runlens/mapping'
import { DEFAULT_LIMITS } from '@runlens/otlp'
import { SecretSearch } from '../../../collector/compiled/secret-search.ts'
import { Stages } from '../../../collector/compiled/stages.ts'
import { TraceIndexer } from '../../../collector/compiled/trace-indexer.ts'
import { RedactingMapper } from '../../../collector/redaction/redacting-mapper.ts'
import { KEEP_EVERYTHING, Redactor } from '../../../collector/redaction/redactor.ts'
import { ResendFilter } from '../../../collector/resend-filter.ts'
import { LogWay } from '../../../collector/signals/logs.ts'
import { MetricWay } from '../../../collector/signals/metrics.ts'
import { TraceWay } from '../../../collector/signals/traces.ts'
import type { Way } from '../../../collector/signals/way.ts'
import type { LoadOptions } from './load.ts'
import { type HostileRequest, hostileRequest } from './requests.ts'

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
    const request = hostileRequest(seed, n)
    try {
      tally[take(request) ? 'taken' : 'refused']++
    } catch (error) {
      throw new Error(`seed ${seed}, request ${n}`, { cause: error })
    }
    if (n % 1_000 === 0) onThousand()
  }
  return tally
}

/** What the pipeline does between the door and the spool. */
function createTaker(): (request: HostileRequest) => boolean {
  const filter = new ResendFilter(10_000)
  const indexer = new TraceIndexer(new Stages())
  const settings = { ...KEEP_EVERYTHING, secrets: 'on', queryText: 'sanitised' } as const
  const redactor = new Redactor(settings, undefined, new SecretSearch(indexer))
  const mapper = new RedactingMapper(createSpanMapper({ roots: 'on' }), redactor)
  const traces = new TraceWay(DEFAULT_LIMITS, filter, mapper, indexer)
  const ways: Record<string, Way> = {
    traces,
    logs: new LogWay(DEFAULT_LIMITS, mapper, redactor),
    metrics: new MetricWay(DEFAULT_LIMITS, redactor),
  }
  const tenant = Buffer.from('default')
  return ({ signal, encoding, plain }) => {
    const way = ways[signal.name]!
    const read = encoding === 'json' ? way.readJson(plain) : { kind: 'ok' as const, bytes: plain }
    if (read.kind !== 'ok') return false
    if (way.index(read.bytes, NOW_MS).kind !== 'indexed') return false
    const { fresh } = way.admit(tenant)
    const blocks = way.build(tenant, NOW_MS)
    const rows = blocks.filter(({ table }) => table !== 'markers').reduce((sum, block) => sum + block.rows, 0)
    if (traces.interpreted.build > 0) throw new Error('a compiled stage failed')
    if (rows !== fresh) throw new Error(`${fresh} ${way.noun} became ${rows} rows`)
    return true
  }
}
