/** Lets spans arrive, looks over them one way or the other, settles what was found, and tells what is stored then. */
import { type ClickHouseClient, columnNames, EXECUTIONS } from '@runlens/clickhouse'
import { settle } from '@runlens/mapping'
import { type LookedOver, lookOver, type SimpleTrace } from '../../worker/arrivals/look-over.ts'
import { tailArrivals } from '../../worker/arrivals/tail-arrivals.ts'
import type { ExecutionBlock } from '../../worker/compiled/execution-blocks.ts'
import type { SettleStages } from '../../worker/compiled/settle-stages.ts'
import type { ArrivedTrace } from '../../worker/settle/follow-executions.ts'
import { type SettleReport, settleTraces } from '../../worker/settle/settle-traces.ts'
import { EPOCH, PAYLOAD_MAX } from './any-trace.ts'
import { insertSpans, rowsOf, type TestSpan } from './stack-db.ts'

/** A trace that was looked over. */
export interface Looked extends ArrivedTrace {
  tenant: string
  trace_id: string
  stored: number
  isNew: boolean
  /** What is to be written if it is simple. */
  simple: SimpleTrace | undefined
}

export interface EitherWay {
  simple: string[]
  byColumns: Record<string, unknown>[]
  bySettling: Record<string, unknown>[]
}

/** What settling a trace again may change. */
const OF_THE_VERSION = ['tenant', 'previous_started_at', 'previous_status', 'content_hash', 'settled_at', 'version']
const CONTENT = columnNames(EXECUTIONS).filter((name) => !OF_THE_VERSION.includes(name))

export class SettlingKit {
  private made: LookedOver['blocks'] = new Map()

  /** @param client of a database that is there once something is asked */
  constructor(private readonly client: () => ClickHouseClient) {}

  /** Inserts each batch as a block of its own and gives these blocks. */
  arrive(tenant: string, batches: readonly (readonly TestSpan[])[]): Promise<bigint[]> {
    return this.newBlocks(async () => {
      for (const spans of batches) {
        const own = spans.map((span) => ({ ...span, tenant }))
        await insertSpans(this.client(), own, { spanEpochMs: EPOCH })
      }
    })
  }

  /** Gives the blocks that something inserts. */
  async newBlocks(insert: () => Promise<unknown>): Promise<bigint[]> {
    const known = new Set(await this.allBlocks())
    await insert()
    return (await this.allBlocks()).filter((time) => !known.has(time))
  }

  private async allBlocks(): Promise<bigint[]> {
    const times: bigint[] = []
    const tail = tailArrivals({ client: this.client(), from: 0n, overlapMs: 1_000 })
    for (let page = await tail.poll(); page.length > 0; page = await tail.poll()) {
      tail.take(page)
      times.push(...page.map(({ arrived_at }) => arrived_at))
    }
    return times
  }

  /** Looks over blocks in TypeScript, or by the compiled stages. */
  async lookOver(blocks: readonly bigint[], stages: SettleStages | undefined): Promise<Looked[]> {
    const options = { client: this.client(), blocks, payloadBytesMax: PAYLOAD_MAX, bytesMax: 100_000_000, stages }
    const looked = (await lookOver({ ...options, settle: () => undefined }))!
    this.made = looked.blocks
    const others = looked.arrivals.map((arrival) => ({ ...arrival, read: undefined, simple: undefined }))
    return [...others, ...looked.simple.map((one) => ({ ...one.arrival(), simple: one }))]
  }

  /** What the last look has written of a tenant; none if it was in TypeScript. */
  blocks(tenant: string): readonly ExecutionBlock[] {
    return this.made.get(tenant) ?? []
  }

  /**
   * Looks over the spans by these stages and writes what is simple; then the other way settles it once more, out of the same spans.
   * Gives the traces that were simple, and the rows after each.
   */
  async eitherWay(tenant: string, blocks: readonly bigint[], stages: SettleStages): Promise<EitherWay> {
    const looked = await this.lookOver(blocks, stages)
    await this.settleSimple(tenant, looked)
    const simple = simpleOf(looked)
    const byColumns = await this.rows(tenant)
    await this.settleByFunction(tenant, simple)
    return { simple, byColumns, bySettling: await this.rows(tenant) }
  }

  /**
   * Lets spans arrive of which something is not as a test can say it.
   * @param change SQL: columns of `spans` in place of those that the spans have
   */
  async arriveChanged(tenant: string, spans: readonly TestSpan[], change: string): Promise<bigint[]> {
    const from = `template of ${tenant}`
    await this.arrive(from, [spans])
    return this.newBlocks(() =>
      this.client().command({
        query: `INSERT INTO spans SELECT * REPLACE('${tenant}' AS tenant, ${change}) FROM (SELECT * FROM spans WHERE tenant = '${from}')`,
      }),
    )
  }

  /** Settles those of a look that are simple. */
  settleSimple(tenant: string, traces: readonly Looked[]): Promise<SettleReport> {
    const more = traces.flatMap(({ simple }) => simple ?? [])
    return this.settleByFunction(tenant, [], new Map(), more, this.blocks(tenant))
  }

  settleByFunction(
    tenant: string,
    traceIds: readonly string[],
    arrived = new Map<string, ArrivedTrace>(),
    more: readonly SimpleTrace[] = [],
    blocks: readonly ExecutionBlock[] = [],
  ): Promise<SettleReport> {
    return settleTraces({
      client: this.client(),
      settle,
      tenant,
      traces: traceIds.map((trace_id) => ({ trace_id, ranges: [], arrived: arrived.get(trace_id) })),
      more,
      blocks,
      spansPerTraceMax: 1_000,
      candidateTimeoutMs: 30_000,
      payloadBytesMax: PAYLOAD_MAX,
      now: Date.now,
      persist: (write) => write(),
      onFault: (_, error) => {
        throw error
      },
    })
  }

  /** Everything that rows say of executions, and where they can be found. */
  rows(tenant: string): Promise<Record<string, unknown>[]> {
    return rowsOf<Record<string, unknown>>(
      this.client(),
      `SELECT ${CONTENT.map((name) => `\`${name}\``).join(', ')},
  (SELECT groupArray((execution_id, instance, trace_id, anchor_at, anchors)) FROM execution_locator AS l
    WHERE tenant = '${tenant}' AND l.trace_id = e.trace_id) AS places
FROM executions AS e FINAL WHERE tenant = '${tenant}' ORDER BY trace_id, span_id`,
    )
  }
}

/** Ids of the simple ones. */
export function simpleOf(looked: readonly Looked[]): string[] {
  return looked
    .filter(({ simple }) => simple)
    .map(({ trace_id }) => trace_id)
    .sort()
}
