/** One execution with many steps, as export requests: groups of steps below stages, three levels deep, with a failed one now and then. */
import { TRACES } from '@runlens/otlp'
import { keyValues } from '../generate/any-value.ts'

const SPANS_PER_REQUEST = 1000
/** Steps below one of the level above. */
const CHILDREN = 20
const STEP_MS = 3
const FAILED_EVERY = 97

const traceId = Buffer.alloc(16, 0xb1)
const spanId = (n: number) => {
  const id = Buffer.alloc(8)
  id.writeUInt32BE(0xdee9_0000)
  id.writeUInt32BE(n, 4)
  return id
}

/** Calls the execution by `id`; its entry comes last. */
export function deepRun(id: string, steps: number, nowMs: number): Buffer[] {
  const beganMs = nowMs - (steps + 2) * STEP_MS
  const nanos = (ms: number) => String(BigInt(Math.round(ms)) * 1_000_000n)
  const spans: object[] = []
  for (let n = 1; n <= steps; n++) {
    const isFailed = n % FAILED_EVERY === 0
    const attributes = {
      'runlens.step.name': `step ${n}`,
      'runlens.step.type': n % 3 === 0 ? 'db' : 'node',
      'app.item': n,
    }
    spans.push({
      traceId,
      spanId: spanId(n),
      parentSpanId: spanId(Math.floor((n - 1) / CHILDREN)),
      name: `step ${n}`,
      startTimeUnixNano: nanos(beganMs + n * STEP_MS),
      endTimeUnixNano: nanos(beganMs + (n + 1) * STEP_MS),
      attributes: keyValues(attributes),
      status: { code: isFailed ? 2 : 1 },
    })
  }
  const entry = {
    'runlens.execution.id': id,
    'runlens.execution.kind': 'workflow',
    'runlens.workflow.name': 'deep run',
  }
  spans.push({
    traceId,
    spanId: spanId(0),
    name: 'deep run',
    startTimeUnixNano: nanos(beganMs),
    endTimeUnixNano: nanos(nowMs),
    attributes: keyValues(entry),
    status: { code: 1 },
  })
  const requests: Buffer[] = []
  for (let at = 0; at < spans.length; at += SPANS_PER_REQUEST)
    requests.push(requestOf(spans.slice(at, at + SPANS_PER_REQUEST)))
  return requests
}

function requestOf(spans: readonly object[]): Buffer {
  const resource = { attributes: keyValues({ 'service.name': 'deep' }) }
  const message = { resourceSpans: [{ resource, scopeSpans: [{ scope: { name: 'deep' }, spans }] }] }
  return Buffer.from(TRACES.request.encode(TRACES.request.fromObject(message)).finish())
}
