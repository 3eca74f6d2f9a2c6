/** One small execution that has just ended, sent, waited for in the stream of events, and then asked for. */
import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { TRACES } from '@runlens/otlp'
import { keyValues } from '../generate/any-value.ts'
import { sendUntilAccepted } from './closed-loop.ts'
import type { Completions } from './completions.ts'
import type { Target } from './target.ts'

/** Workflow of every probe. */
export const PROBE_WORKFLOW = 'probe'

const ASK_EVERY_MS = 40
const PATIENCE_MS = 30_000

export interface Seen {
  /** Milliseconds from just before it is sent until its end was told in the stream; infinite when it was not. */
  toldMs: number
  /** The same until an answer had it, in its final status. */
  answeredMs: number
}

/** Nothing is asked before the end is told: asking is load as well. */
export async function probe(target: Target, api: string, completions: Completions): Promise<Seen> {
  const traceId = randomBytes(16)
  const body = probeBody(traceId)
  const id = traceId.toString('hex')
  const begin = performance.now()
  await sendUntilAccepted(target, body)
  const toldMs = (await completions.of(id, PATIENCE_MS)) - begin
  while (performance.now() - begin < PATIENCE_MS * 2) {
    const answer = await fetch(`${api}/api/v1/executions/id/${id}`)
    const text = await answer.text()
    if (answer.status === 200 && (JSON.parse(text) as { status: string }).status === 'success') {
      return { toldMs, answeredMs: performance.now() - begin }
    }
    await sleep(ASK_EVERY_MS)
  }
  return { toldMs, answeredMs: Number.POSITIVE_INFINITY }
}

function probeBody(traceId: Buffer): Buffer {
  const now = BigInt(Date.now()) * 1_000_000n
  const entry = randomBytes(8)
  const span = (spanId: Buffer, parentSpanId: Buffer | undefined, attributes: Record<string, string>) => ({
    traceId,
    spanId,
    ...(parentSpanId ? { parentSpanId } : {}),
    name: 'probe',
    kind: 1,
    startTimeUnixNano: String(now - 100_000_000n),
    endTimeUnixNano: String(now),
    attributes: keyValues(attributes),
    status: {},
  })
  const spans = [
    span(randomBytes(8), entry, { 'runlens.step.name': 'first' }),
    span(randomBytes(8), entry, { 'runlens.step.name': 'second' }),
    span(entry, undefined, { 'runlens.execution.kind': 'workflow', 'runlens.workflow.id': PROBE_WORKFLOW }),
  ]
  const resource = { attributes: keyValues({ 'service.name': 'probe' }) }
  const message = { resourceSpans: [{ resource, scopeSpans: [{ scope: { name: 'probe' }, spans }] }] }
  return Buffer.from(TRACES.request.encode(TRACES.request.fromObject(message)).finish())
}
