/**
 * More than a million hostile requests: 250 000 over the wire against the built collector, 800 000 straight into tape,
 * mapping and blocks. FUZZ_SEED makes a run again; FUZZ_TIMES=8 sends eight times as many, to see whether memory that rose stays where it is.
 */
import { describe, expect, it, vi } from 'vitest'
import { directLoad } from './fuzz/direct-load.ts'
import { Watch } from './fuzz/watch.ts'
import { wireFuzz } from './fuzz/wire-fuzz.ts'

// Some minutes on two cores that have nothing else to do; ten times as long beside others.
vi.setConfig({ testTimeout: 3_600_000 })

const SEED = Number(process.env.FUZZ_SEED ?? Date.now() % 1_000_000)
const TIMES = Number(process.env.FUZZ_TIMES ?? 1)
const OVER_HTTP = 200_000 * TIMES
const OVER_GRPC = 50_000 * TIMES
const DIRECT = 800_000 * TIMES
/** The bar for a collector whose ClickHouse is away while the spool fills. */
const RSS_BYTES_MAX = 512 * 1024 * 1024

describe(`with the seed ${SEED}`, () => {
  it('hostile requests over both doors are answered, memory stays flat, and what was acknowledged is stored', async () => {
    console.log(await wireFuzz({ seed: SEED, overHttp: OVER_HTTP, overGrpc: OVER_GRPC }, RSS_BYTES_MAX))
  })

  it('hostile payloads become rows or refusals, and memory stays flat', async () => {
    const watch = new Watch(process.pid)
    const tally = directLoad({ seed: SEED, first: 0, count: DIRECT }, () => watch.look())
    await watch.stop()
    console.log(`seed ${SEED}: ${JSON.stringify(tally)}; ${watch}`)
    expect(tally.taken + tally.refused).toBe(DIRECT)
    watch.expectFlat(1024 * 1024 * 1024)
  })
})
