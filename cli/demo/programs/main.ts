/**
 * A program of the demo's shop that uses our instrumentation as any application does. It does what it is sent, at once, and tells
 * what came of it. Arguments: its name, and where to export to.
 */
import { type Runlens, startRunlens } from '@runlens/instrumentation/sdk'
import type { NativePlan } from '../native-plan.ts'
import { runQuery } from './query.ts'
import type { Report } from './report.ts'
import { runWork } from './work.ts'

const [serviceName = 'shop', endpoint = ''] = process.argv.slice(2)
const runlens: Runlens = startRunlens({ serviceName, endpoint, environment: 'production', instrumentations: 'none' })

/** Spans told of so far. */
let toldSpans = 0
function report(id: string, status: Report['status'], isOver: boolean): void {
  const spans = runlens.stats().spans?.recorded ?? 0
  const message: Report = { id, status, isOver, spans: spans - toldSpans }
  toldSpans = spans
  if (process.connected) process.send?.(message)
}

process.on('message', (plan: NativePlan) => {
  void (plan.kind === 'query' ? runQuery(plan, report) : runWork(plan, report))
})
// Whoever started it is gone. What is open is ended, and sent.
process.on('disconnect', () => process.kill(process.pid, 'SIGTERM'))
process.send?.('ready')
