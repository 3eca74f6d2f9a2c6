import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type ClickHouseClient, createClickHouse, migrate } from '@runlens/clickhouse'
import { createSpanMapper } from '@runlens/mapping'
import { DEFAULT_LIMITS, TRACES } from '@runlens/otlp'
import { createLogger } from '@runlens/runtime'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { startClickHouse, type TestClickHouse } from '../test/kit/clickhouse.ts'
import { ARRIVED } from '../test/kit/invariant.ts'
import { eventually } from '../test/kit/traces.ts'
import { createPipeline, type Pipeline, type PipelineOptions } from './pipeline.ts'
import { nodeFiles, type SpoolFiles } from './spool/files.ts'

const MIB = 1024 * 1024
const DAY_MS = 86_400_000
const NOW = Date.now()

let clickhouse: TestClickHouse
let client: ClickHouseClient
let directory: string
let open: Pipeline[] = []

beforeAll(async () => {
  clickhouse = await startClickHouse()
  client = createClickHouse({ url: clickhouse.url, application: 'test', queryTimeoutMs: 20_000 })
  await migrate(client)
})
afterAll(async () => {
  await client.close()
  await clickhouse.stop()
})
beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'runlens-pipeline-'))
  for (const table of ['spans', 'arrivals', 'traces']) await client.command({ query: `TRUNCATE TABLE ${table}` })
})
afterEach(async () => {
  for (const pipeline of open) await pipeline.stop(0)
  open = []
  rmSync(directory, { recursive: true, force: true })
})

async function openPipeline(options: Partial<PipelineOptions> = {}): Promise<Pipeline> {
  const pipeline = await createPipeline({
    directory,
    client,
    mapper: createSpanMapper({ roots: 'on' }),
    limits: DEFAULT_LIMITS,
    spool: { bytesMax: 64 * MIB, segmentBytes: MIB, commitIntervalMs: 1, graceSeconds: 60 },
    writer: { batchRowsMax: 1000, batchBytesMax: MIB, batchAgeMs: 20, retryMaxMs: 100, resendFilterSpans: 10_000 },
    log: createLogger('collector', 'silent'),
    ...options,
  })
  open.push(pipeline)
  return pipeline
}

interface GivenSpan {
  id: number
  name?: string
  startMs?: number
  endMs?: number
}

function body(spans: GivenSpan[]): Buffer {
  const request = {
    resourceSpans: [
      {
        resource: { attributes: [{ key: 'service.name', value: { stringValue: 'test' } }] },
        scopeSpans: [
          {
            spans: spans.map(({ id, name, startMs = NOW, endMs = startMs + 5 }) => {
              const spanId = Buffer.alloc(8)
              spanId.writeUInt32BE(id, 4)
              return {
                traceId: Buffer.alloc(16, 3),
                spanId,
                name: name ?? `span ${id}`,
                startTimeUnixNano: `${startMs}000000`,
                endTimeUnixNano: `${endMs}000000`,
              }
            }),
          },
        ],
      },
    ],
  }
  return Buffer.from(TRACES.request.encode(TRACES.request.fromObject(request)).finish())
}

const ids = (from: number, count: number) => Array.from({ length: count }, (_, i) => ({ id: from + i }))
const ok = (accepted: number) => ({ kind: 'accepted', accepted, rejected: 0, message: '' })

/** Rows of spans (resends not merged away), and what the view made of them. */
async function stored(): Promise<{ rows: number; arrived: number; ids: number[] }> {
  const query = `SELECT (SELECT toUInt32(count()) FROM spans) AS rows, (SELECT ${ARRIVED} FROM arrivals) AS arrived,
    (SELECT arraySort(groupArray(toUInt32(reinterpretAsUInt64(reverse(span_id))))) FROM spans) AS ids`
  const result = await client.query({ query, format: 'JSONEachRow' })
  const [row] = await result.json<{ rows: number; arrived: number; ids: number[] }>()
  return row!
}

async function expectStored(expected: { id: number }[]): Promise<void> {
  const sorted = expected.map(({ id }) => id).sort((a, b) => a - b)
  await eventually(async () =>
    expect(await stored()).toEqual({ rows: expected.length, arrived: expected.length, ids: sorted }),
  )
}

/** Until ClickHouse has all that is in the spool. */
async function drained(pipeline: Pipeline): Promise<void> {
  await eventually(async () => expect(pipeline.stats().spool.records).toBe(0))
}

describe('the pipeline', () => {
  it('brings spans into ClickHouse, each once, however often they are sent', async () => {
    const pipeline = await openPipeline()
    expect(await pipeline.accept(body(ids(1, 10)), 'default')).toEqual(ok(10))
    expect(await pipeline.accept(body(ids(5, 10)), 'default')).toEqual(ok(10))
    expect(await pipeline.accept(body([...ids(1, 3), ...ids(1, 3)]), 'default')).toEqual(ok(6))
    await expectStored(ids(1, 14))
    expect(pipeline.stats()).toMatchObject({ requests: 3, spans: { received: 26, accepted: 26, duplicates: 12 } })
  })

  it('knows a resend after a restart, too', async () => {
    const first = await openPipeline()
    await first.accept(body(ids(1, 10)), 'default')
    await first.stop()
    expect((await stored()).rows).toBe(10)
    const second = await openPipeline()
    expect(await second.accept(body(ids(1, 12)), 'default')).toEqual(ok(12))
    await expectStored(ids(1, 12))
  })

  it('takes the same span ids of another tenant, and a span that has ended since, for new', async () => {
    const pipeline = await openPipeline()
    await pipeline.accept(body([{ id: 1, endMs: 0 }]), 'default')
    await pipeline.accept(body([{ id: 1 }]), 'default')
    await pipeline.accept(body([{ id: 1 }]), 'other')
    // The table keeps the ended one of the two; what the views counted has both, and the marker of the open one.
    const arrivals = 'SELECT toUInt32(count()) AS n FROM arrivals'
    await eventually(async () => {
      const result = await client.query({ query: arrivals, format: 'JSONEachRow' })
      expect(await result.json()).toEqual([{ n: 4 }])
    })
  })

  it('stores late data, with one insert for each of its days', async () => {
    const pipeline = await openPipeline()
    const spans = [0, 1, 400, 5000].map((days, i) => ({ id: i + 1, startMs: NOW - days * DAY_MS }))
    expect(await pipeline.accept(body(spans), 'default')).toEqual(ok(4))
    await expectStored(spans)
    expect(pipeline.stats().writer.inserts).toBe(4)
  })

  it('tells rejected spans apart and refuses what it can not read, counted by reason', async () => {
    const pipeline = await openPipeline()
    const outcome = await pipeline.accept(body([{ id: 0 }, { id: 1 }]), 'default')
    expect(outcome).toMatchObject({ kind: 'accepted', accepted: 1, rejected: 1 })
    expect(await pipeline.accept(Buffer.from('no protobuf'), 'default')).toMatchObject({ reason: 'malformed' })
    expect(await pipeline.accept(Buffer.alloc(0), 'default')).toEqual(ok(0))
    await expectStored([{ id: 1 }])
    expect(pipeline.stats()).toMatchObject({ spans: { rejected: 1 }, refused: { malformed: 1, spool_full: 0 } })
  })

  it('answers while ClickHouse is away, and delivers when it is back', async () => {
    const pipeline = await openPipeline()
    await pipeline.accept(body(ids(1, 5)), 'default')
    await expectStored(ids(1, 5))
    await clickhouse.kill()
    for (let n = 0; n < 20; n++) expect(await pipeline.accept(body(ids(100 + n * 10, 10)), 'default')).toEqual(ok(10))
    await eventually(async () => expect(pipeline.stats().writer.waitingFor).toBeDefined())
    expect(pipeline.stats().spool.records).toBeGreaterThan(0)
    await clickhouse.restart()
    await expectStored([...ids(1, 5), ...ids(100, 200)])
    await eventually(async () => expect(pipeline.stats()).toMatchObject({ lagSeconds: 0 }))
    expect(pipeline.stats().writer.waitingFor).toBeUndefined()
  })

  it('waits for a table that is not there yet', async () => {
    await client.command({ query: 'RENAME TABLE spans TO spans_away' })
    const pipeline = await openPipeline()
    await pipeline.accept(body(ids(1, 5)), 'default')
    await eventually(async () => expect(pipeline.stats().writer.waitingFor).toBe('60'))
    await client.command({ query: 'RENAME TABLE spans_away TO spans' })
    await expectStored(ids(1, 5))
  })

  it('stops orderly: refuses, finishes what it has, and leaves the rest in the spool when ClickHouse is away', async () => {
    const away = createClickHouse({ url: 'http://nobody@127.0.0.1:1/none', application: 'test' })
    const first = await openPipeline({ client: away })
    const inHand = first.accept(body(ids(1, 5)), 'default')
    const stopping = first.stop(200)
    expect(await first.accept(body(ids(6, 5)), 'default')).toMatchObject({ reason: 'stopping' })
    expect(await inHand).toEqual(ok(5))
    await stopping
    await away.close()
    const second = await openPipeline()
    expect(second.stats().spool.replayed).toBe(1)
    await expectStored(ids(1, 5))
  })
})

describe('a disk that does not keep up', () => {
  const large = (id: number) => body([{ id, name: 'x'.repeat(2 * MIB) }])

  it('makes requests wait as they came: of records it holds a bounded number of bytes, and refuses nobody', async () => {
    let disk = Promise.resolve()
    const written: number[] = []
    const files: SpoolFiles = {
      ...nodeFiles,
      async write(file, bytes, position) {
        written.push(bytes.length)
        await nodeFiles.write(file, bytes, position)
      },
      async datasync(file) {
        await disk
        await nodeFiles.datasync(file)
      },
    }
    const spool = { bytesMax: 256 * MIB, segmentBytes: MIB, commitIntervalMs: 1, graceSeconds: 60 }
    const pipeline = await openPipeline({ files, spool })
    let goOn = () => {}
    disk = new Promise((resolve) => (goOn = resolve))
    written.length = 0
    const answers = Array.from({ length: 12 }, (_, i) => pipeline.accept(large(i + 1), 'default'))
    const taken = pipeline.stats().spans.received
    goOn()
    expect(await Promise.all(answers)).toEqual(answers.map(() => ok(1)))
    // A root's name is stored four times over: with the second record there are 16 MiB.
    expect(taken).toBe(2)
    expect(Math.max(...written)).toBeLessThan(20 * MIB)
  })
})

describe('a batch whose answer was lost', () => {
  it('is repeated under its own boundaries after a restart and changes nothing, in tables and views', async () => {
    const plans: string[] = []
    const keep = join(directory, 'plan-')
    const files: SpoolFiles = {
      ...nodeFiles,
      rename: async (from, to) => {
        await nodeFiles.rename(from, to)
        if (!to.endsWith('checkpoint.json') || !readFileSync(to, 'utf8').includes('inserts')) return
        plans.push(`${keep}${plans.length}`)
        copyFileSync(to, plans.at(-1)!)
      },
    }
    const first = await openPipeline({ files })
    for (let n = 0; n < 5; n++) await first.accept(body(ids(n * 10 + 1, 10)), 'default')
    await drained(first)
    await first.stop()
    expect((await stored()).rows).toBe(50)
    // As if the process had been killed after each insert, before it could write down that it was done.
    for (const plan of plans) {
      copyFileSync(plan, join(directory, 'checkpoint.json'))
      const again = await openPipeline()
      expect(again.stats().spool.replayed).toBeGreaterThan(0)
      await drained(again)
      expect(again.stats().writer.inserts).toBeGreaterThan(0)
      await again.stop()
    }
    expect(await stored()).toMatchObject({ rows: 50, arrived: 50 })
  })
})

describe('rows that ClickHouse never takes', () => {
  it('are set aside with their reason, alone, and hold nothing up', async () => {
    await client.command({ query: `ALTER TABLE spans ADD CONSTRAINT no_poison CHECK name != 'poison'` })
    try {
      // Long enough that all of it is one batch.
      const pipeline = await openPipeline({
        writer: { batchRowsMax: 1000, batchBytesMax: MIB, batchAgeMs: 300, retryMaxMs: 100, resendFilterSpans: 1000 },
      })
      for (let n = 0; n < 8; n++) await pipeline.accept(body(ids(n * 10 + 1, 10)), 'default')
      await pipeline.accept(body([{ id: 500, name: 'poison' }, { id: 501 }]), 'default')
      for (let n = 10; n < 13; n++) await pipeline.accept(body(ids(n * 10 + 1, 10)), 'default')
      await drained(pipeline)
      await expectStored([...ids(1, 80), ...ids(101, 30)])
      expect(pipeline.stats().spool).toMatchObject({ deadLetters: 1, deadLetterRows: 2 })
      const [letter] = readdirSync(join(directory, 'dead-letter')).filter((name) => name.endsWith('.json'))
      const reason = JSON.parse(readFileSync(join(directory, 'dead-letter', letter!), 'utf8'))
      expect(reason).toMatchObject({ tenant: 'default', table: 'spans', rows: 2, code: '469' })
      await pipeline.stop()
      const again = await openPipeline()
      expect(again.stats().spool).toMatchObject({ deadLetters: 1, deadLetterRows: 2, records: 0 })
    } finally {
      await client.command({ query: 'ALTER TABLE spans DROP CONSTRAINT no_poison' })
    }
  })
})

describe('a duplicate of a span whose commit is still under way', () => {
  /** A disk whose fdatasync of segments waits for a word: to go on, or to fail. */
  function heldDisk() {
    const held: { answer: ((error?: Error) => void)[] } = { answer: [] }
    let isHeld = false
    const files: SpoolFiles = {
      ...nodeFiles,
      datasync: async (file) => {
        if (isHeld) {
          await new Promise<void>((resolve, reject) => held.answer.push((error) => (error ? reject(error) : resolve())))
        }
        await nodeFiles.datasync(file)
      },
    }
    return {
      files,
      hold: () => {
        isHeld = true
      },
      syncing: () => eventually(async () => expect(held.answer.length).toBe(1)),
      release: (error?: Error) => {
        isHeld = false
        held.answer.shift()?.(error)
      },
    }
  }

  it('is acknowledged only when the original is durable', async () => {
    const disk = heldDisk()
    const pipeline = await openPipeline({ files: disk.files, client: createAway() })
    disk.hold()
    const answers: string[] = []
    const first = pipeline.accept(body(ids(1, 3)), 'default').then((o) => answers.push(`first ${o.kind}`))
    await disk.syncing()
    const resend = pipeline.accept(body(ids(1, 3)), 'default').then((o) => answers.push(`resend ${o.kind}`))
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(answers).toEqual([])
    disk.release()
    await Promise.all([first, resend])
    expect(answers.sort()).toEqual(['first accepted', 'resend accepted'])
  })

  it('is refused for now when the commit of the original fails, and stored when it is sent again', async () => {
    const disk = heldDisk()
    const pipeline = await openPipeline({ files: disk.files })
    disk.hold()
    const first = pipeline.accept(body(ids(1, 3)), 'default')
    await disk.syncing()
    const resend = pipeline.accept(body(ids(1, 4)), 'default')
    disk.release(Object.assign(new Error('EIO'), { code: 'EIO' }))
    expect(await first).toMatchObject({ kind: 'refused', reason: 'spool_failed' })
    // Its own new span became durable, but as a whole it must come again.
    expect(await resend).toMatchObject({ kind: 'refused', reason: 'spool_failed' })
    expect(await pipeline.accept(body(ids(1, 4)), 'default')).toEqual(ok(4))
    await expectStored(ids(1, 4))
  })

  const away: ClickHouseClient[] = []
  function createAway(): ClickHouseClient {
    away.push(createClickHouse({ url: 'http://nobody@127.0.0.1:1/none', application: 'test' }))
    return away.at(-1)!
  }
  afterAll(async () => {
    for (const one of away) await one.close()
  })
})
