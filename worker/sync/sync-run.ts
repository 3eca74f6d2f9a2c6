/** One synchronisation under way: from the job as it was committed last to the job behind the next page. */
import type { ClickHouseClient, SyncJob } from '@runlens/clickhouse'
import type { Outgoing } from '@runlens/runtime'
import type { SyncObserver } from '../metrics.ts'
import { askAgain, type Later } from './ask-again.ts'
import type { WholeExecution } from './decode-execution.ts'
import { attribute, executionSpans, type OtlpSpan } from './execution-spans.ts'
import { readLastInstance } from './job-store.ts'
import { findInstance, knownWhole } from './known-executions.ts'
import { createN8nClient } from './n8n-client.ts'
import { countExecutions, type Page, type PageReader, type Refused, readPage } from './read-page.ts'
import { inRequests, type SendSpans } from './send-spans.ts'
import type { N8nServer } from './servers.ts'
import { WorkflowNames } from './workflow-names.ts'

export interface SyncRunOptions {
  client: ClickHouseClient
  server: N8nServer
  outgoing: Outgoing
  sendSpans: SendSpans
  pageBytesMax: number
  giveUpMs: number
  observe: SyncObserver
  /** As in the lease. */
  owner: string
}

/** A job behind one more page. It counts once {@link SyncRun.commit} has it. */
export interface Advanced {
  job: SyncJob
  /** Executions of the page. */
  ids: ReadonlySet<string>
}

/** Pages of 250 that are counted before the first is read; beyond that nobody is told how many there are. */
const COUNT_PAGES_MAX = 100
const REASON_MAX = 500

/** What became of the executions of a page. */
interface Tally {
  told: number
  unread: [id: string, why: string][]
  incomplete: [id: string, why: string][]
}

export class SyncRun {
  #job: SyncJob
  /** Ids of the last two pages: where pages move while they are read, some executions come twice. */
  #recent: ReadonlySet<string>[] = []
  readonly #options: SyncRunOptions
  readonly #names: WorkflowNames
  readonly #reader: PageReader

  constructor(job: SyncJob, options: SyncRunOptions) {
    const { outgoing, server, pageBytesMax, giveUpMs, observe, client } = options
    this.#job = job
    this.#options = options
    const n8n = createN8nClient({ outgoing, server, bodyBytesMax: pageBytesMax })
    this.#names = new WorkflowNames({ n8n, onRetry: observe.syncRetried })
    this.#reader = {
      n8n,
      giveUpMs,
      onRetry: observe.syncRetried,
      known: (listed) => knownWhole({ client, tenant: this.#job.tenant, instance: this.#job.instance }, listed),
    }
  }

  get job(): SyncJob {
    return this.#job
  }

  commit({ job, ids }: Advanced): void {
    this.#job = job
    this.#recent = [...this.#recent.slice(-1), ids]
  }

  /**
   * Prepares the job, or reads and tells its next page. May be called again without a commit: what was told is told once more, which changes nothing.
   * @throws errors of ClickHouse, and the signal's reason
   */
  async advance(signal: AbortSignal): Promise<Advanced> {
    if (this.#job.state === 'queued') return this.#prepare(signal)
    const page = await readPage(this.#reader, this.#job.cursor, signal)
    if (page.kind !== 'page') return this.#failed(page)
    const { ids } = page
    const isNew = (id: string) => !this.#recent.some((earlier) => earlier.has(id))
    const executions = page.executions.filter(({ id }) => isNew(id))
    const tally: Tally = {
      unread: page.unreadable.filter(({ id }) => isNew(id)).map(({ id, why }) => [id, why]),
      incomplete: [],
      told: 0,
    }
    const fault = await this.#tell(executions, tally, signal)
    if (fault) return this.#failed(fault)
    return { job: this.#behind(page, [...ids].filter(isNew).length, tally), ids }
  }

  async #prepare(signal: AbortSignal): Promise<Advanced> {
    const instance = await this.#findInstance(signal)
    if (typeof instance !== 'string') return this.#failed(instance)
    const count = await countExecutions(this.#reader, COUNT_PAGES_MAX, signal)
    if (count.kind !== 'count') return this.#failed(count)
    return { job: this.#next({ state: 'running', instance, total: count.total }), ids: new Set() }
  }

  /** As configured; else as before; else as what is stored already; else the server's own host. */
  async #findInstance(signal: AbortSignal): Promise<string | Refused | Later> {
    const { client, server } = this.#options
    const fixed = server.instanceId ?? (await readLastInstance(client, this.#job))
    if (fixed !== undefined) return fixed
    const page = await readPage(
      { ...this.#reader, known: async (listed) => new Set(listed.map(({ id }) => id)) },
      '',
      signal,
    )
    if (page.kind !== 'page') return page
    return (await findInstance(client, this.#job.tenant, page.listed)) ?? new URL(server.url).host
  }

  /** @returns why it can't go on */
  async #tell(
    executions: readonly WholeExecution[],
    tally: Tally,
    signal: AbortSignal,
  ): Promise<Refused | Later | undefined> {
    const { giveUpMs, observe, sendSpans } = this.#options
    const all: OtlpSpan[][] = []
    for (const execution of executions) {
      const workflowName = execution.workflowName || (await this.#names.nameOf(execution.workflowId, signal))
      const spans = executionSpans({ ...execution, workflowName }, this.#job.instance)
      if (!spans) tally.unread.push([execution.id, 'nothing says when it began'])
      else all.push(spans)
      if (spans && execution.missing !== '') tally.incomplete.push([execution.id, execution.missing])
    }
    for (const spans of inRequests(all)) {
      const send = () => sendSpans(this.#job.tenant, this.#resource(), spans, signal)
      const outcome = await askAgain(send, { giveUpMs, signal, onRetry: observe.syncRetried })
      if (outcome.kind !== 'stored') return outcome
      if (outcome.rejected > 0) {
        tally.incomplete.push(['?', `the collector rejected ${outcome.rejected} spans: ${outcome.message}`])
      }
    }
    tally.told = all.length
    return undefined
  }

  #resource() {
    const { instance, environment } = this.#job
    return [
      attribute('service.name', 'n8n'),
      attribute('n8n.instance.id', instance),
      attribute('deployment.environment.name', environment),
    ]
  }

  #behind(page: Page, fresh: number, { told, unread, incomplete }: Tally): SyncJob {
    const job = this.#job
    const current = job.current + fresh + page.nameless
    const counted = this.#next({
      cursor: page.nextCursor,
      pages_committed: job.pages_committed + 1,
      current,
      total: job.total === null ? null : Math.max(job.total, current),
      skipped: job.skipped + current - job.current - told - unread.length,
      unread: job.unread + unread.length,
      unread_first: job.unread_first || first(unread),
      incomplete: job.incomplete + incomplete.length,
      incomplete_first: job.incomplete_first || first(incomplete),
    })
    this.#options.observe.syncTold({
      told,
      skipped: counted.skipped - job.skipped,
      unread: unread.length,
      incomplete: incomplete.length,
    })
    if (page.nextCursor === '') return ended(counted)
    if (page.nextCursor === job.cursor)
      return { ...counted, state: 'failed', error: 'the server gives the same page again and again' }
    return counted
  }

  #failed(fault: Refused | Later): Advanced {
    const tried = fault.kind === 'later' ? ` (asked again for ${Math.round(this.#options.giveUpMs / 1000)} s)` : ''
    const error = `${fault.message}${tried}`.slice(0, REASON_MAX)
    return { job: this.#next({ state: 'failed', error }), ids: new Set() }
  }

  #next(changes: Partial<SyncJob>): SyncJob {
    return { ...this.#job, ...changes, owner: this.#options.owner, version: this.#job.version + 1 }
  }
}

function first(list: readonly [string, string][]): string {
  return list[0] ? `${list[0][0]}: ${list[0][1]}`.slice(0, REASON_MAX) : ''
}

/** A job behind its last page. */
function ended(job: SyncJob): SyncJob {
  const reasons = [
    ...(job.unread > 0
      ? [`${job.unread} of ${job.current} executions could not be read, first ${job.unread_first}`]
      : []),
    ...(job.incomplete > 0
      ? [`${job.incomplete} are told without all of their nodes, first ${job.incomplete_first}`]
      : []),
  ]
  return { ...job, total: job.current, state: reasons.length > 0 ? 'partial' : 'done', error: reasons.join('; ') }
}
