/** A compiled stage that fails costs no request: its blocks are those that TypeScript makes of it. */
import { createSpanMapper } from '@runlens/mapping'
import { DEFAULT_LIMITS, TRACES } from '@runlens/otlp'
import { expect, it } from 'vitest'
import { NOW_MS, START } from '../../test/kit/requests.ts'
import { CompiledMapping } from '../compiled/compiled-mapping.ts'
import { SecretSearch } from '../compiled/secret-search.ts'
import { type StageExports, Stages } from '../compiled/stages.ts'
import { TraceIndexer } from '../compiled/trace-indexer.ts'
import { RedactingMapper } from '../redaction/redacting-mapper.ts'
import { KEEP_EVERYTHING, Redactor } from '../redaction/redactor.ts'
import { ResendFilter } from '../resend-filter.ts'
import { TraceWay } from './traces.ts'

const TENANT = Buffer.from('acme')
/** Hashing what was hashed would give another text. */
const SETTINGS = { ...KEEP_EVERYTHING, secrets: 'on', queryText: 'hashed' } as const

/** A way whose stages can be told to fail: the n-th call of one of them traps. */
function createWay() {
  const stages = new Stages()
  const indexer = new TraceIndexer(stages)
  const spanMapper = createSpanMapper({ roots: 'on' })
  spanMapper.useStage(new CompiledMapping(indexer))
  const redactor = new Redactor(SETTINGS, undefined, new SecretSearch(indexer))
  const mapper = new RedactingMapper(spanMapper, redactor)
  const way = new TraceWay(DEFAULT_LIMITS, new ResendFilter(10_000), mapper, indexer)
  const whole = stages.run
  const failAt = (name: keyof StageExports, calls: number) => {
    let left = calls
    const failing = (...args: number[]) => {
      if (--left === 0) throw new WebAssembly.RuntimeError('unreachable')
      return (whole[name] as (...args: number[]) => unknown)(...args)
    }
    Object.assign(stages, { run: { ...whole, [name]: failing } })
  }
  return { way, failAt, mend: () => Object.assign(stages, { run: whole }) }
}

/** Spans of many shapes: secrets, queries, long texts, lists, figures, errors, two days. */
function requestOf(n: number): Buffer {
  const text = (key: string, stringValue: string) => ({ key, value: { stringValue } })
  const spans = Array.from({ length: 60 }, (_, i) => ({
    traceId: Buffer.alloc(16, 1 + n),
    spanId: Buffer.from([1, n, i, 0, 0, 0, 0, 1]),
    ...(i === 0 ? {} : { parentSpanId: Buffer.from([1, n, 0, 0, 0, 0, 0, 1]) }),
    name: i % 3 === 0 ? 'GET' : `step ${i % 7}`,
    startTimeUnixNano: String(START - BigInt(i % 2) * 86_400_000_000_000n),
    endTimeUnixNano: String(START + 1_000_000n),
    attributes: [
      text('http.request.method', 'GET'),
      text('http.route', `/orders/${n}`),
      text('db.query.text', `SELECT ${i} FROM orders WHERE id = ${n}`),
      text('url.full', `https://me:secret-${i}@shop.test/?token=abcdefgh`),
      text('note', 'a long text, '.repeat(i)),
      { key: 'price', value: { doubleValue: i * 19.99 } },
      { key: 'db.response.returned_rows', value: { intValue: String(i) } },
      { key: 'tags', value: { arrayValue: { values: [{ stringValue: 'a' }, { intValue: '7' }] } } },
    ],
    events: [{ timeUnixNano: String(START), name: 'retry', attributes: [text('why', `slow ${i}`)] }],
    ...(i % 5 === 0 ? { status: { code: 2, message: 'card declined' } } : {}),
  }))
  const resource = { attributes: [text('service.name', 'shop')] }
  const request = TRACES.request.fromObject({ resourceSpans: [{ resource, scopeSpans: [{ spans }] }] })
  return Buffer.from(TRACES.request.encode(request).finish())
}

function blocksOf({ way }: ReturnType<typeof createWay>, n: number) {
  expect(way.index(requestOf(n), NOW_MS).kind).toBe('indexed')
  expect(way.admit(TENANT).fresh).toBe(60)
  return way.build(TENANT, NOW_MS).map(({ table, day, rows, bytes }) => ({
    table,
    day,
    rows,
    bytes: Buffer.from(bytes).toString('latin1'),
  }))
}

const compiled = createWay()
const reference = createWay()
let requests = 0
/** All that these requests come to behind indexing and hashing. */
const STAGES = [
  'leaveAttributes',
  'leaveTexts',
  'mapSpans',
  'prepareValues',
  'writeValues',
  'shapesOf',
  'labelsOf',
  'textsOf',
  'write16Bytes',
  'write8Bytes',
  'writeStrings',
  'putDocuments',
  'putTexts',
] as const

it('tells which requests the compiled stages leave', () => {
  const way = createWay()
  way.failAt('indexTraces', 1)
  blocksOf(way, 1)
  blocksOf(way, 2)
  expect(way.way.interpreted).toEqual({ index: 1, build: 0 })
})

it.each(STAGES)('does a request again in TypeScript where %s failed, and the next one as ever', (name) => {
  for (const [attempt, calls] of [1, 2, 5].entries()) {
    for (const isFailing of [true, false]) {
      const before = compiled.way.interpreted.build
      const n = requests++
      reference.failAt('indexTraces', 1)
      if (isFailing) compiled.failAt(name, calls)
      expect(blocksOf(compiled, n)).toEqual(blocksOf(reference, n))
      compiled.mend()
      // It may be called once only.
      if (attempt === 0) expect(compiled.way.interpreted.build - before).toBe(isFailing ? 1 : 0)
    }
  }
})
