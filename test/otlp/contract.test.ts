/** The contract of the OTLP server as a table: every clause for every signal over every way that it comes in, and no cell left out. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type Collector, startCollector } from '../kit/collector.ts'
import { effort } from '../kit/effort.ts'
import { CLAUSES, type ClauseId } from './contract/clauses.ts'
import type { Setting } from './contract/cover.ts'
import { JSON_CLAUSES } from './contract/json.ts'
import { REFUSALS } from './contract/refusals.ts'
import { SIGNALS, type SignalKit } from './contract/signals.ts'
import { SUCCESSES } from './contract/successes.ts'
import { TRANSPORTS } from './contract/transports.ts'
import { type InProcess, startInProcess } from './in-process.ts'
import { http, WAY_NAMES, WAYS, type Way } from './senders.ts'

const COVERED = [...SUCCESSES, ...REFUSALS, ...JSON_CLAUSES, ...TRANSPORTS]
const IDS = Object.keys(CLAUSES) as ClauseId[]

let collector: Collector
let addresses: { grpc: string; http: string }
const running: InProcess[] = []
beforeAll(async () => {
  collector = await startCollector()
  addresses = { grpc: collector.urls.otlpGrpc, http: new URL(collector.urls.otlpHttp).host }
})
afterEach(async () => {
  for (const target of running.splice(0)) await target.stop(0)
})
afterAll(async () => {
  expect(await collector?.stop()).toBe(0)
  expect(collector.output()).not.toContain('a reason of our own')
})

async function metric(name: string): Promise<number> {
  const text = (await http(addresses.http, { method: 'GET', path: '/metrics' })).body.toString()
  return Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1] ?? 0)
}

const inProcess: Setting['inProcess'] = async (options) => {
  const target = await startInProcess(options)
  running.push(target)
  return target
}

/** What stands in a cell; exactly one thing should. */
function cell(clause: ClauseId, way: (typeof WAY_NAMES)[number]) {
  return COVERED.filter((covered) => covered.clause === clause).flatMap(({ cells }) => cells[way] ?? [])
}

describe('the table', () => {
  it('has every clause over every way, once: checked, or with the reason why there is nothing to check', () => {
    const wrong = IDS.flatMap((clause) =>
      WAY_NAMES.filter((way) => cell(clause, way).length !== 1).map((way) => `${clause} over ${way}`),
    )
    expect(wrong).toEqual([])
    const reasons = COVERED.flatMap(({ cells }) => Object.values(cells)).flatMap((one) =>
      'because' in one ? one.because : [],
    )
    expect(reasons.filter((reason) => reason.length < 10)).toEqual([])
  })

  it('checks every clause over some way', () => {
    expect(
      IDS.filter((clause) => !WAY_NAMES.some((way) => cell(clause, way).some((one) => !('because' in one)))),
    ).toEqual([])
  })
})

/**
 * What is the same for every signal and costs much is checked for one of them over each way, and for each of them over some way. At length
 * for all.
 */
const COSTLY: readonly ClauseId[] = ['body-limit-64-mib']
function isSpared(clause: ClauseId, way: Way, kit: SignalKit): boolean {
  const turn = SIGNALS[WAYS.indexOf(way) % SIGNALS.length]
  return COSTLY.includes(clause) && effort(0, 1) === 0 && turn !== kit
}

const to = (way: Way, { signal }: SignalKit): Way => ({
  ...way,
  send: (addresses, body, options) => way.send(addresses, body, { signal, ...options }),
})

describe.each(SIGNALS)('$signal.name', (kit) => {
  describe.each(IDS)('%s', (clause) => {
    const checks = WAYS.flatMap((way) =>
      cell(clause, way.name).flatMap((one) =>
        'because' in one || isSpared(clause, way, kit) ? [] : { way, check: one },
      ),
    )
    it.each(checks)(`${CLAUSES[clause]}, over $way.name`, ({ way, check }) =>
      check({ kit, way: to(way, kit), collector: addresses, metric, inProcess }),
    )
  })
})
