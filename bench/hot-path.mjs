/**
 * Where the collector's CPU goes, stage by stage, and what a change to it brought: runs this checkout and another one
 * turn by turn, each in a process of its own, and prints the median µs of CPU per span. No ClickHouse takes part.
 *
 *   npm run build && node bench/hot-path.mjs [path of another built checkout]
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const SPANS = 1000
const BODIES = 40
const ROUNDS = 12
const WARM_UP_ROUNDS = 4
const TURNS = 5

const here = fileURLToPath(new URL('..', import.meta.url))

/** What the stages and the whole pipeline of the checkout at `root` take, in µs of CPU per span. */
async function measure(root) {
  const load = (path) => import(pathToFileURL(join(root, path)).href)
  const [otlp, mapping, blocks, buffers, values, sources, resend] = await Promise.all(
    [
      'otlp/dist/index.js',
      'mapping/dist/index.js',
      'collector/dist/blocks/span-blocks.js',
      'collector/dist/blocks/byte-buffer.js',
      'collector/dist/blocks/attribute-values.js',
      'collector/dist/blocks/sources.js',
      'collector/dist/resend-filter.js',
    ].map(load),
  )
  const tape = new otlp.TraceTape()
  const { body, renew } = await import('./hot-path-requests.mjs').then(({ requests }) => requests(otlp, SPANS))
  const bodies = Array.from({ length: BODIES }, (_, n) => body(n))
  const mapper = mapping.createSpanMapper({ roots: 'on' })
  const attributes = new values.AttributeValues()
  const builder = blocks.createSpanBlockBuilder()
  const filter = new resend.ResendFilter(2_000_000)
  filter.seedWith(Buffer.alloc(8, 7))
  const fresh = new sources.RowNumbers()
  const keys = new buffers.ByteBuffer()
  const tenant = Buffer.from('default')
  const seconds = { index: 0, filter: 0, map: 0, values: 0, blocks: 0 }
  const timed = (name, work) => {
    const start = process.cpuUsage()
    const result = work()
    const { user, system } = process.cpuUsage(start)
    seconds[name] += (user + system) / 1e6
    return result
  }
  const stages = () => {
    for (const bytes of bodies) {
      timed('index', () => otlp.indexTraces(tape, bytes, otlp.DEFAULT_LIMITS, Date.now()))
      fresh.clear()
      keys.clear()
      timed('filter', () => filter.admit(tape, tenant, fresh, keys))
      const mapped = timed('map', () => mapper.map(tape))
      timed('values', () => attributes.prepare(tape))
      const input = { tape, mapped, values: attributes, tenant, receivedAtMs: Date.now() }
      timed('blocks', () => builder.build(input, fresh))
      renew(bytes, tape)
    }
  }
  for (let round = 0; round < WARM_UP_ROUNDS; round++) stages()
  for (const name in seconds) seconds[name] = 0
  for (let round = 0; round < ROUNDS; round++) stages()
  const spans = BODIES * ROUNDS * SPANS
  const answer = Object.fromEntries(Object.entries(seconds).map(([name, s]) => [name, (s / spans) * 1e6]))
  answer.stages = Object.values(answer).reduce((sum, value) => sum + value, 0)
  answer.pipeline = await measurePipeline(load, otlp, mapping, bodies, renew)
  return answer
}

/** The same up to the spool, CPU of all threads; what renews the ids is measured and taken off. */
async function measurePipeline(load, otlp, mapping, bodies, renew) {
  const [{ createPipeline }, { createClickHouse }, { createLogger }] = await Promise.all(
    ['collector/dist/pipeline.js', 'clickhouse/dist/index.js', 'runtime/dist/index.js'].map(load),
  )
  const directory = mkdtempSync(join(tmpdir(), 'runlens-bench-'))
  const pipeline = await createPipeline({
    directory: join(directory, 'spool'),
    // Nobody listens there: the spool alone is measured.
    client: createClickHouse({ url: 'http://nobody@127.0.0.1:9/none', application: 'bench' }),
    mapper: mapping.createSpanMapper({ roots: 'on' }),
    limits: otlp.DEFAULT_LIMITS,
    spool: { bytesMax: 2 ** 33, segmentBytes: 64 * 2 ** 20, commitIntervalMs: 2, graceSeconds: 0 },
    writer: {
      batchRowsMax: 200_000,
      batchBytesMax: 2 ** 20,
      batchAgeMs: 60_000,
      retryMaxMs: 60_000,
      resendFilterSpans: 2_000_000,
    },
    log: createLogger('collector', 'silent'),
  })
  const tape = new otlp.TraceTape()
  const round = async () => {
    for (const bytes of bodies) {
      otlp.indexTraces(tape, bytes, otlp.DEFAULT_LIMITS, Date.now())
      renew(bytes, tape)
    }
    const before = process.cpuUsage()
    const iterator = bodies[Symbol.iterator]()
    const sender = async () => {
      for (const bytes of iterator) {
        const outcome = await pipeline.accept(bytes, 'default')
        if (outcome.accepted !== SPANS) throw new Error(JSON.stringify(outcome))
      }
    }
    await Promise.all([sender(), sender(), sender(), sender()])
    const { user, system } = process.cpuUsage(before)
    return user + system
  }
  for (let i = 0; i < WARM_UP_ROUNDS; i++) await round()
  let microseconds = 0
  for (let i = 0; i < ROUNDS; i++) microseconds += await round()
  await pipeline.stop(0)
  rmSync(directory, { recursive: true, force: true })
  return microseconds / (BODIES * ROUNDS * SPANS)
}

function inProcess(root) {
  const child = spawnSync(process.execPath, [fileURLToPath(import.meta.url), '--measure', root], { encoding: 'utf8' })
  if (child.status !== 0) throw new Error(child.stderr)
  return JSON.parse(child.stdout)
}

function median(figures) {
  return figures.sort((a, b) => a - b)[figures.length >> 1]
}

if (process.argv[2] === '--measure') {
  console.log(JSON.stringify(await measure(process.argv[3])))
  process.exit(0)
}
const roots = process.argv[2] ? [process.argv[2], here] : [here]
const turns = roots.map(() => [])
for (let turn = 0; turn < TURNS; turn++) {
  for (const [i, root] of roots.entries()) turns[i].push(inProcess(root))
}
console.log('µs of CPU per span, median of', TURNS)
for (const name of Object.keys(turns[0][0])) {
  const cells = turns.map((measured) =>
    median(measured.map((one) => one[name]))
      .toFixed(2)
      .padStart(8),
  )
  console.log(name.padEnd(10), ...cells)
}
