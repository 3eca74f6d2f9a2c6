/** The program that is measured: `main.js <variant> <steps> <steps per turn>`. Prints one line of JSON. */
import { PerformanceObserver } from 'node:perf_hooks'
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises'
import { VARIANTS, type VariantName } from './variants.ts'

export interface Measured {
  /** User and system, everything until the last span was sent. */
  cpuMicrosPerStep: number
  /**
   * Longest time between two turns of the event loop, less what the garbage collector took of it. Turns in which the system took the
   * processor away are left out: that is no work of this program.
   */
  longestBlockMs: number
  /** The same of each stretch of `STRETCH_STEPS` steps, the median of all stretches. */
  usualBlockMs: number
  /** Longest pause of the garbage collector. */
  longestGcMs: number
}

/** About two requests of any sender. */
const STRETCH_STEPS = 1_000
/** Shorter ones are not looked at. */
const BLOCK_MS_MIN = 0.1

const [name = '', steps = '', perTurn = ''] = process.argv.slice(2)
const pauses: Span[] = []
new PerformanceObserver((list) => {
  for (const { startTime, duration } of list.getEntries()) pauses.push({ start: startTime, end: startTime + duration })
}).observe({ entryTypes: ['gc'] })

const { work, sent } = await VARIANTS[name as VariantName]()
// Once for the compiler: programs that record much run for long.
await measure(Number(steps))
const measured = await measure(Number(steps))
console.log(JSON.stringify(measured))
process.exit(0)

interface Span {
  start: number
  end: number
}

async function measure(count: number): Promise<Measured> {
  pauses.length = 0
  /** The longest few of each stretch: which of them is the longest is known once the collector's pauses are. */
  const stretches: Span[][] = [[]]
  let last = performance.now()
  let preemptions = process.resourceUsage().involuntaryContextSwitches
  const look = (done: number) => {
    const now = performance.now()
    const switches = process.resourceUsage().involuntaryContextSwitches
    const stretch = Math.floor(done / STRETCH_STEPS)
    stretches[stretch] ??= []
    if (now - last > BLOCK_MS_MIN && switches === preemptions) stretches[stretch].push({ start: last, end: now })
    last = now
    preemptions = switches
  }
  const before = process.cpuUsage()
  await work(count, (done) => (done % Number(perTurn) === 0 ? nextTurn().then(() => look(done)) : undefined))
  await sent()
  const { user, system } = process.cpuUsage(before)
  // What the collector did is told a little later.
  await sleep(50)
  const longest = stretches.map((blocks) => Math.max(0, ...blocks.map(withoutGc))).sort((a, b) => a - b)
  return {
    cpuMicrosPerStep: (user + system) / count,
    longestBlockMs: longest.at(-1)!,
    usualBlockMs: longest[longest.length >> 1]!,
    longestGcMs: Math.max(0, ...pauses.map(({ start, end }) => end - start)),
  }
}

function withoutGc(block: Span): number {
  const collected = pauses.reduce(
    (sum, pause) => sum + Math.max(0, Math.min(pause.end, block.end) - Math.max(pause.start, block.start)),
    0,
  )
  return block.end - block.start - collected
}
