/** One small execution that has just ended, sent and then asked for until the API shows it. */
import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { TRACES } from '@runlens/otlp'
import { keyValues } from '../generate/any-value.ts'
import { sendUntilAccepted } from './closed-loop.ts'
import type { Target } from './target.ts'

const ASK_EVERY_MS = 40
const PATIENCE_MS = 30_000

/** Milliseconds from just before it is sent to the first answer that has it, in its final status; infinite when none came. */
export async function probe(target: Target, api: string): Promise<number> {
  const traceId = randomBytes(16)
  const body = probeBody(traceId)
  const url = `${api}/api/v1/executions/id/${traceId.toString('hex')}`
  const begin = performance.now()
  await sendUntilAccepted(target, body)
  while (performance.now() - begin < PATIENCE_MS) {
    const answer = await fetch(url)
    const text = await answer.text()
    if (answer.status === 200 && (JSON.parse(text) as { status: string }).status === 'success') {
      return performance.now() - begin
    }
    await sleep(ASK_EVERY_MS)
  }
  return Number.POSITIVE_INFINITY
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
    span(entry, undefined, { 'runlens.execution.kind': 'workflow', 'runlens.workflow.id': 'probe' }),
  ]
  const resource = { attributes: keyValues({ 'service.name': 'probe' }) }
  const message = { resourceSpans: [{ resource, scopeSpans: [{ scope: { name: 'probe' }, spans }] }] }
  return Buffer.from(TRACES.request.encode(TRACES.request.fromObject(message)).finish())
}
