/**
 * Sends executions without pause, kills processes of the stack meanwhile, stops it under load in the end, and counts from outside what
 * became of everything that was acknowledged. Used by the short test and by the soak.
 */
import { type Balance, printBalance, spansInDeadLetters, spansInSpool } from '../kit/invariant.ts'
import { type Component, type Stack, startStack } from '../kit/stack.ts'
import { eventually, exportRequest, nativeRun, text } from '../kit/traces.ts'

const STEPS = 4
const RUNS_PER_REQUEST = 5
const SENDERS = 3
type Victim = Component | 'everything'
/** Each comes in every so many kills, in any order. */
export const VICTIMS: readonly Victim[] = ['collector', 'clickhouse', 'worker', 'query-api', 'everything', 'collector']

export interface KillLoopOptions {
  kills: number
  seed: number
  /** Called after each kill, for progress. */
  onKill?: (index: number, victim: Victim) => void
}

/** What was acknowledged and what was found, each counted independently of the other. */
export interface KillLoopResult {
  acknowledged: { executions: number; failed: number; steps: number; spans: number }
  stored: { executions: number; failed: number; steps: number; spans: number; rawSpans: number }
  kpis: { executions: number; failed: number }
  /** Executions that the table leads to which is searched for their user. */
  ofUser: number
  balance: Balance
  /** Of `runlens up`, stopped under load. */
  exitCode: number | null
  resends: number
}

/** Of every execution. */
const USER = 'ann'

interface Ledger {
  executions: number
  failed: number
  resends: number
  /** No further requests. */
  stopped: boolean
  /** The loop failed: nobody is there any more who could acknowledge. */
  abandoned: boolean
}

/** Sends one request until it is acknowledged, sometimes cut in two, as a client with a retry queue would. */
async function sendUntilAcknowledged(
  stack: () => Stack,
  spans: ReturnType<typeof nativeRun>['spans'],
  ledger: Ledger,
): Promise<void> {
  for (let attempt = 0; !ledger.abandoned; attempt++) {
    try {
      const answer = await fetch(`${stack().urls.otlpHttp}/v1/traces`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(exportRequest(spans)),
        signal: AbortSignal.timeout(30_000),
      })
      await answer.arrayBuffer()
      if (answer.status === 200) return
      if (answer.status < 500 && answer.status !== 429) throw new Error(`refused for good: ${answer.status}`)
    } catch (error) {
      if (error instanceof Error && error.message.startsWith('refused for good')) throw error
    }
    ledger.resends++
    await new Promise((resolve) => setTimeout(resolve, 50))
    if (attempt === 0 && spans.length > 8) {
      await sendUntilAcknowledged(stack, spans.slice(0, 7), ledger)
      return sendUntilAcknowledged(stack, spans.slice(7), ledger)
    }
  }
}

async function sender(name: string, stack: () => Stack, startMs: number, ledger: Ledger): Promise<void> {
  for (let request = 0; !ledger.stopped; request++) {
    const runs = Array.from({ length: RUNS_PER_REQUEST }, (_, i) =>
      nativeRun(`${name}-${request}-${i}`, startMs + request, STEPS, i === 0),
    )
    for (const { spans } of runs) spans.find((span) => !span.parentSpanId)?.attributes.push(text('user.id', USER))
    await sendUntilAcknowledged(
      stack,
      runs.flatMap((run) => run.spans),
      ledger,
    )
    ledger.executions += runs.length
    ledger.failed += 1
  }
}

async function killEverything(stack: Stack): Promise<Stack> {
  stack.killAll()
  return startStack({ dataDir: stack.dataDir, env: stack.fixedAddresses })
}

const one = async (stack: Stack, sql: string): Promise<number> =>
  Number(Object.values((await stack.query(sql))[0] ?? { n: 0 })[0])

async function measure(
  stack: Stack,
  accepted: number,
): Promise<Pick<KillLoopResult, 'stored' | 'kpis' | 'ofUser' | 'balance'>> {
  const kpis = (await (await fetch(`${stack.urls.api}/api/v1/observability/kpis?time_range=24h`)).json()) as {
    total_executions: number
    failure_count: number
  }
  const spans = await one(stack, 'SELECT count() FROM spans FINAL')
  const [spool, deadLetter] = [await spansInSpool(stack.dataDir), spansInDeadLetters(stack.dataDir)]
  return {
    stored: {
      executions: await one(stack, 'SELECT count() FROM executions FINAL'),
      failed: await one(stack, "SELECT count() FROM executions FINAL WHERE status = 'error'"),
      steps: await one(stack, 'SELECT sum(step_count) FROM executions FINAL'),
      spans,
      rawSpans: await one(stack, 'SELECT count() FROM spans'),
    },
    kpis: { executions: kpis.total_executions, failed: kpis.failure_count },
    ofUser: await one(
      stack,
      `SELECT count() FROM executions FINAL WHERE user_id = '${USER}' AND (anchor_at, execution_id) IN
  (SELECT anchor_at, execution_id FROM execution_terms WHERE term = 'user_id' AND value = '${USER}')`,
    ),
    balance: { accepted, stored: spans, spool, deadLetter },
  }
}

/** Numbers below a bound, always the same for a seed. */
function randomly(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
    return (state >>> 8) % below
  }
}

/** Runs the loop on a stack of its own and removes it. */
export async function killLoop({ kills, seed, onKill }: KillLoopOptions): Promise<KillLoopResult> {
  let stack = await startStack()
  const ledger: Ledger = { executions: 0, failed: 0, resends: 0, stopped: false, abandoned: false }
  const startMs = Date.now() - 600_000
  const senders = Array.from({ length: SENDERS }, (_, i) => sender(`s${seed}-${i}`, () => stack, startMs, ledger))
  const next = randomly(seed)
  try {
    let victims: Victim[] = []
    for (let kill = 0; kill < kills; kill++) {
      await new Promise((resolve) => setTimeout(resolve, 200 + next(1_000)))
      if (victims.length === 0) victims = [...VICTIMS]
      const [victim] = victims.splice(next(victims.length), 1)
      if (victim === 'everything') stack = await killEverything(stack)
      else stack.kill(victim)
      onKill?.(kill, victim!)
    }
    const exitCode = await stack.stop({ keep: true })
    stack = await startStack({ dataDir: stack.dataDir, env: stack.fixedAddresses })
    ledger.stopped = true
    await Promise.all(senders)
    const acknowledged = accountOf(ledger)
    const found = await settled(stack, acknowledged)
    printBalance(`${kills} kills and a stop under load`, found.balance)
    return { acknowledged, ...found, exitCode, resends: ledger.resends }
  } finally {
    ledger.stopped = true
    ledger.abandoned = true
    await Promise.allSettled(senders)
    await stack.stop()
  }
}

function accountOf({ executions, failed }: Ledger): KillLoopResult['acknowledged'] {
  return { executions, failed, steps: executions * STEPS, spans: executions * (STEPS + 1) }
}

/** Waits until everything that was acknowledged has become executions, and measures. */
function settled(stack: Stack, acknowledged: KillLoopResult['acknowledged']) {
  return eventually(async () => {
    const now = await measure(stack, acknowledged.spans)
    const isSettled =
      now.stored.executions === acknowledged.executions &&
      now.stored.steps === acknowledged.steps &&
      now.kpis.executions === acknowledged.executions &&
      now.ofUser === acknowledged.executions &&
      now.balance.spool === 0
    if (isSettled) return now
    throw new Error(`not settled: ${JSON.stringify({ acknowledged, now })}\n${stack.logs().slice(-4_000)}`)
  }, 120_000)
}
