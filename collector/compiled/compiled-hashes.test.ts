import { DEFAULT_LIMITS, TraceTape } from '@runlens/otlp'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { anyRequest } from '../../test/kit/random-requests.ts'
import { NOW_MS } from '../../test/kit/requests.ts'
import { ByteBuffer } from '../blocks/byte-buffer.ts'
import { RowNumbers } from '../blocks/sources.ts'
import { ResendFilter } from '../resend-filter.ts'
import { CompiledHashes } from './compiled-hashes.ts'
import { Stages } from './stages.ts'
import { TraceIndexer } from './trace-indexer.ts'

const indexer = new TraceIndexer(new Stages())
const hashes = new CompiledHashes(indexer)

/** Keys and numbers of the spans that the filter has not seen. */
function admitted(filter: ResendFilter, tenant: string) {
  const fresh = new RowNumbers()
  const keys = new ByteBuffer()
  filter.admit(indexer.tape, Buffer.from(tenant), fresh, keys)
  return { fresh: [...fresh.at.subarray(0, fresh.length)], keys: keys.view().toString('hex') }
}

it('gives the keys that spools hold, for any seed, tenant and span', () => {
  let seen = 0
  fc.assert(
    fc.property(anyRequest, fc.uint8Array({ minLength: 8, maxLength: 8 }), fc.string(), (body, secret, tenant) => {
      if (!indexer.index(Buffer.from(body), DEFAULT_LIMITS, NOW_MS + 30 * 86_400_000)) return
      seen += indexer.tape.spans.length
      const filters = [new ResendFilter(1_000), new ResendFilter(1_000, hashes)]
      for (const filter of filters) filter.seedWith(Buffer.from(secret))
      const [plain, compiled] = filters.map((filter) => admitted(filter, tenant))
      expect(compiled).toEqual(plain)
    }),
    { numRuns: 500 },
  )
  expect(seen).toBeGreaterThan(20)
})

it('leaves a tape that is not in its memory', () => {
  expect(hashes.of(new TraceTape(), 1, 2)).toBeUndefined()
})
