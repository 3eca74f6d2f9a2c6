/** One fuzz of the built collector over both of its doors: every request answered, and what was acknowledged is in the spool. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createLogger } from '@runlens/runtime'
import { expect } from 'vitest'
import { nodeFiles } from '../../../collector/spool/files.ts'
import { recover } from '../../../collector/spool/recovery.ts'
import { startCollector } from '../../kit/collector.ts'
import { grpcLoad } from './grpc-load.ts'
import { httpLoad } from './http-load.ts'
import { Account } from './load.ts'
import { marksIn } from './requests.ts'
import { rudeNeighbour } from './rude-neighbour.ts'
import { Watch } from './watch.ts'

export interface WireFuzz {
  seed: number
  overHttp: number
  overGrpc: number
}

/** Runs it to its end with all that must hold; answers what was seen, for whoever reads along. */
export async function wireFuzz({ seed, overHttp, overGrpc }: WireFuzz, rssBytesMax: number): Promise<string> {
  const dataDir = mkdtempSync(join(tmpdir(), 'runlens-fuzz-'))
  const over = new AbortController()
  try {
    const collector = await startCollector({ dataDir })
    const watch = new Watch(collector.pid, `${collector.urls.otlpHttp}/metrics`)
    const http = new Account(seed, [200, 400, 413])
    const grpc = new Account(seed, [0, 3, 8])
    const address = new URL(collector.urls.otlpHttp).host
    const rude = rudeNeighbour([address, collector.urls.otlpGrpc], seed, over.signal)
    const startedAtMs = Date.now()
    await httpLoad(address, { seed, first: 0, count: overHttp }, http)
    await grpcLoad(collector.urls.otlpGrpc, { seed, first: overHttp, count: overGrpc }, grpc)
    over.abort()
    await rude
    const seconds = (Date.now() - startedAtMs) / 1_000
    await watch.stop()
    const metrics = await (await fetch(`${collector.urls.otlpHttp}/metrics`)).text()
    const figure = (name: string) => Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(metrics)?.[1])
    expect(metrics).toMatch(/^runlens_interpreted_requests_total\{.*stage="build".*\} 0$/m)
    expect(await collector.stop()).toBe(0)
    expect(collector.output()).not.toContain('a reason of our own')
    http.expectWell(overHttp)
    grpc.expectWell(overGrpc)
    if (overHttp + overGrpc > 50_000) watch.expectFlat(rssBytesMax)
    const stored = await readSpool(join(dataDir, 'spool'))
    const acknowledged = [...http.marks, ...grpc.marks]
    expect(acknowledged.filter((mark) => !stored.marks.has(mark))).toEqual([])
    const spans = figure('runlens_spans_accepted_total') - figure('runlens_spans_duplicate_total')
    const others = ['runlens_log_records_accepted_total', 'runlens_data_points_accepted_total'].map(figure)
    expect(stored.rows).toBe(others.reduce((sum, count) => sum + count, spans))
    const counts = (account: Account) => JSON.stringify(Object.fromEntries(account.answers))
    const rate = Math.round((overHttp + overGrpc) / seconds)
    return `seed ${seed}: HTTP ${counts(http)}, gRPC ${counts(grpc)}, ${rate} requests/s; ${stored.rows} spans, log records and data points stored; ${watch}`
  } finally {
    over.abort()
    rmSync(dataDir, { recursive: true, force: true })
  }
}

async function readSpool(directory: string): Promise<{ rows: number; marks: Set<number> }> {
  const found = { rows: 0, marks: new Set<number>() }
  await recover({
    directory,
    files: nodeFiles,
    log: createLogger('collector', 'silent'),
    boot: null,
    onRecord: ({ blocks }) => {
      for (const { table, rows, bytes } of blocks) {
        // Derived from what is counted anyway.
        if (table !== 'markers') found.rows += rows
        for (const mark of marksIn(bytes)) found.marks.add(mark)
      }
    },
  })
  return found
}
