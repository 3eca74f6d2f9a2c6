/**
 * A program of the demo's shop that uses our instrumentation as any application does. It does what it is sent, at once, and tells
 * what came of it. Arguments: its name, and where to export to.
 */
import { type Runlens, startRunlens } from '@runlens/instrumentation/sdk'
import type { NativePlan } from '../native-plan.ts'
import { runQuery } from './query.ts'
import type { Report, Rest, Tell } from './report.ts'
import { runWork } from './work.ts'

const [serviceName = 'shop', endpoint = ''] = process.argv.slice(2)
const runlens: Runlens = startRunlens({ serviceName, endpoint, environment: 'production', instrumentations: 'none' })

let isStopping = false
/** Spans told of so far. */
let toldSpans = 0

function newSpans(): number {
  const spans = runlens.stats().spans?.recorded ?? 0
  const told = toldSpans
  toldSpans = spans
  return spans - told
}

function send(message: Report | Rest | 'ready'): void {
  if (process.connected) process.send?.(message)
}

const tell: Tell = (id, status, isOver) => {
  if (!isStopping) send({ id, status, isOver, spans: newSpans() })
  return !isStopping
}

/** Ends as by a signal, but at once: by the time that a real one is heard, more may have ended and been told of. */
function stop(): void {
  isStopping = true
  process.emit('SIGTERM', 'SIGTERM')
  send({ spans: newSpans() })
}

process.on('message', (message: NativePlan | 'stop') => {
  if (message === 'stop') stop()
  else void (message.kind === 'query' ? runQuery(message, tell) : runWork(message, tell))
})
// Whoever started it is gone. What is open is ended, and sent.
process.on('disconnect', () => process.kill(process.pid, 'SIGTERM'))
send('ready')
