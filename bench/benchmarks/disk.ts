/** Bytes on disk for each span, by column, of the generator's spans sent through the real collector and merged. */
import { type ClickHouseClient, createClickHouse } from '@runlens/clickhouse'
import { Generator } from '../generate/generator.ts'
import { benchmark, type Measurement } from '../harness/benchmark.ts'
import { readNumber, readRows, whenMerged } from '../harness/database.ts'
import { inTemporaryDirectory, startStack } from '../harness/processes.ts'
import { whenStored } from '../harness/stored.ts'
import { sendAll } from '../load/closed-loop.ts'
import { targetAt } from '../load/post.ts'

const SPANS_PER_REQUEST = 1000
const SETTLE_TIMEOUT_MS = 300_000
const MERGE_TIMEOUT_MS = 120_000
/** A template that comes again would compress better than life. */
const TEMPLATES_MAX = 256
const COLUMNS_SHOWN = 20

export const disk = benchmark({
  name: 'disk',
  about: 'bytes per span on disk, by table and by column',
  flags: { 'disk-spans': { about: 'spans that are stored', default: 200_000 } },
  byDefault: true,
  run: (flags, progress) =>
    inTemporaryDirectory(async (dataDir) => {
      const stack = await startStack(dataDir)
      const client = createClickHouse({ url: stack.urls.clickhouse, application: 'runlens-bench' })
      try {
        const requests = Math.ceil(flags['disk-spans'] / SPANS_PER_REQUEST)
        progress(`sending ${requests * SPANS_PER_REQUEST} spans`)
        const generator = new Generator({
          seed: 4,
          spansPerRequest: SPANS_PER_REQUEST,
          templates: Math.min(requests, TEMPLATES_MAX),
        })
        const sent = { spans: 0, executions: 0, bytes: 0 }
        const target = targetAt(stack.urls.otlpHttp)
        await sendAll(target, bodiesOf(generator, requests, sent))
        const { faults } = await whenStored(client, { ...sent, endedAt: performance.now() }, SETTLE_TIMEOUT_MS)
        progress('merging')
        await mergeAll(client)
        const wire = sent.bytes / sent.spans
        return {
          data: `${sent.spans} spans, ${sent.executions} executions, ${wire.toFixed(0)} bytes per span in protobuf, merged to one part a day`,
          measurements: [...(await byTable(client, sent.spans, wire)), ...(await byColumn(client, sent.spans))],
          faults,
        }
      } finally {
        await client.close()
        await stack.stop()
      }
    }),
})

function* bodiesOf(generator: Generator, requests: number, sent: { spans: number; executions: number; bytes: number }) {
  for (let n = 0; n < requests; n++) {
    const { body, spans, executions } = generator.next(Date.now())
    sent.spans += spans
    sent.executions += executions
    sent.bytes += body.length
    yield body
  }
}

async function mergeAll(client: ClickHouseClient): Promise<void> {
  const tables = await readRows<{ name: string }>(
    client,
    `SELECT name FROM system.tables WHERE database = currentDatabase() AND engine LIKE '%MergeTree'`,
  )
  for (const { name } of tables) await client.command({ query: `OPTIMIZE TABLE ${name} FINAL` })
  await whenMerged(client, MERGE_TIMEOUT_MS)
}

async function byTable(client: ClickHouseClient, spans: number, wire: number): Promise<Measurement[]> {
  const tables = await readRows<{ table: string; bytes: string }>(
    client,
    `SELECT table, sum(bytes_on_disk) AS bytes FROM system.parts
WHERE active AND database = currentDatabase() GROUP BY table HAVING bytes > 0 ORDER BY bytes DESC`,
  )
  const all = tables.reduce((sum, { bytes }) => sum + Number(bytes), 0)
  return [{ table: 'everything', bytes: String(all) }, ...tables].map(({ table, bytes }) => ({
    what: table,
    figure: `${(Number(bytes) / spans).toFixed(2)} bytes per span`,
    beside: `${((Number(bytes) / spans / wire) * 100).toFixed(1)} % of the wire`,
  }))
}

async function byColumn(client: ClickHouseClient, spans: number): Promise<Measurement[]> {
  const columns = await readRows<{ column: string; bytes: string }>(
    client,
    `SELECT column, sum(column_bytes_on_disk) AS bytes FROM system.parts_columns
WHERE active AND database = currentDatabase() AND table = 'spans' GROUP BY column ORDER BY bytes DESC`,
  )
  const indexes = await readNumber(
    client,
    `SELECT sum(secondary_indices_compressed_bytes) FROM system.parts
WHERE active AND database = currentDatabase() AND table = 'spans'`,
  )
  const all = columns.reduce((sum, { bytes }) => sum + Number(bytes), 0) + indexes
  const rest = columns.slice(COLUMNS_SHOWN)
  const shown = [
    ...columns.slice(0, COLUMNS_SHOWN),
    { column: `(${rest.length} more columns)`, bytes: rest.reduce((sum, { bytes }) => sum + Number(bytes), 0) },
    { column: '(skip indexes)', bytes: indexes },
  ]
  return shown.map(({ column, bytes }) => ({
    what: `spans.${column}`,
    figure: `${(Number(bytes) / spans).toFixed(2)} bytes per span`,
    beside: `${((Number(bytes) / all) * 100).toFixed(1)} % of spans`,
  }))
}
