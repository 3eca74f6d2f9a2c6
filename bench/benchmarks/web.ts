/** The web UI in a real Chromium: how soon the first list is painted, how heavy its scripts are, how smoothly a long tree scrolls. */
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import type { Browser } from 'playwright-core'
import { benchmark, type Measurement, type Progress } from '../harness/benchmark.ts'
import { end, follow, inTemporaryDirectory, type RunningStack, startStack } from '../harness/processes.ts'
import { milliseconds, quantile } from '../harness/quantiles.ts'
import { ROOT } from '../harness/root.ts'
import { sendAll } from '../load/closed-loop.ts'
import { targetAt } from '../load/post.ts'
import { openBrowser, openCold, scrollThrough } from '../web/browser.ts'
import { deepRun } from '../web/deep-run.ts'

const LIST_ROW = 'table.executions tbody tr[data-execution]'
const TREE = '.timeline-rows'
const TREE_ROW = '.step-row'
const DEEP = 'deep-run'
const SETTLE_TIMEOUT_MS = 60_000
/** Faster than a wheel: the whole tree within seconds. */
const PIXELS_PER_FRAME = 520

export const web = benchmark({
  name: 'web',
  about: 'the UI in Chromium: first list painted, weight of its scripts, scrolling a long tree',
  flags: {
    steps: { about: 'steps of the tree that is scrolled', default: 10_000 },
    loads: { about: 'how often each page is opened with an empty cache', default: 10 },
  },
  byDefault: false,
  run: ({ steps, loads }, progress) =>
    inTemporaryDirectory(async (dataDir) => {
      const stack = await startStack(dataDir)
      const browser = await openBrowser()
      try {
        const executions = await fill(stack, steps, progress)
        const measurements = [
          ...(await openPages(browser, stack, loads, progress)),
          await weigh(browser, stack),
          ...(await scroll(browser, stack, progress)),
        ]
        const data = `the sample workload of an hour (${executions} executions), one of ${steps} steps, a page of 1440 × 900`
        return { data, measurements, faults: [] }
      } finally {
        await browser.close()
        await stack.stop()
      }
    }),
})

/** Gives the number of executions, once no more come. */
async function fill(stack: RunningStack, steps: number, progress: Progress): Promise<number> {
  progress('sending the sample workload')
  const args = [join(ROOT, 'cli/dist/main.js'), 'demo', '--history', '1h', '--endpoint', stack.urls.otlpHttp]
  const demo = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  const output = follow(demo)
  await new Promise((resolve) => demo.once('close', resolve))
  if (demo.exitCode !== 0) throw new Error(`the sample workload was not sent:\n${output.text}`)
  await end(demo)
  const target = targetAt(stack.urls.otlpHttp)
  await sendAll(target, deepRun(DEEP, steps, Date.now()))
  target.close()
  progress('waiting until everything is settled')
  const deadline = Date.now() + SETTLE_TIMEOUT_MS
  for (let before = -1; Date.now() < deadline; await sleep(1_500)) {
    const { total } = await ask<{ total: number }>(`${stack.urls.api}/api/v1/executions?limit=1`)
    const run = await ask<{ step_count?: number }>(`${stack.urls.api}/api/v1/executions/id/${DEEP}`)
    if (total === before && run.step_count === steps) return total
    before = total
  }
  throw new Error(`not settled within ${SETTLE_TIMEOUT_MS} ms`)
}

async function ask<T>(url: string): Promise<T> {
  return (await (await fetch(url)).json()) as T
}

const treeOf = (stack: RunningStack) => `${stack.urls.api}/ui/executions/${DEEP}?instance=deep`
const listOf = (stack: RunningStack) => `${stack.urls.api}/ui/`

async function openPages(browser: Browser, stack: RunningStack, loads: number, progress: Progress) {
  const measurements: Measurement[] = []
  for (const [what, url, selector] of [
    ['first list painted', listOf(stack), LIST_ROW],
    ['first steps of the tree painted', treeOf(stack), TREE_ROW],
  ] as const) {
    progress(what)
    const times: number[] = []
    for (let n = 0; n < loads; n++) {
      const { context, paintedMs } = await openCold(browser, url, selector)
      times.push(paintedMs)
      await context.close()
    }
    const [p50, worst] = [quantile(times, 0.5), Math.max(...times)].map(milliseconds)
    measurements.push({ what, figure: `p50 ${p50}, worst ${worst}, of ${loads} with an empty cache` })
  }
  return measurements
}

async function weigh(browser: Browser, stack: RunningStack): Promise<Measurement> {
  const page = await browser.newPage()
  const scripts: Promise<Buffer>[] = []
  page.on('response', (response) => {
    if (response.request().resourceType() === 'script') scripts.push(response.body())
  })
  await page.goto(listOf(stack), { waitUntil: 'networkidle' }).catch(() => undefined)
  await page.locator(LIST_ROW).first().waitFor()
  const bodies = await Promise.all(scripts)
  await page.close()
  const kib = (bytes: number) => (bytes / 1024).toFixed(0)
  const plain = bodies.reduce((sum, body) => sum + body.length, 0)
  const compressed = bodies.reduce((sum, body) => sum + gzipSync(body).length, 0)
  return { what: 'scripts of the page', figure: `${kib(compressed)} KiB compressed (gzip), ${kib(plain)} KiB plain` }
}

async function scroll(browser: Browser, stack: RunningStack, progress: Progress): Promise<Measurement[]> {
  progress('scrolling')
  const { context, page } = await openCold(browser, treeOf(stack), TREE_ROW)
  const began = performance.now()
  const { frameMs, longTasksMs, blankFrames } = await scrollThrough(page, TREE, TREE_ROW, PIXELS_PER_FRAME)
  const wallSeconds = (performance.now() - began) / 1000
  await context.close()
  const total = frameMs.reduce((sum, ms) => sum + ms, 0)
  const [p50, p99, worst] = [quantile(frameMs, 0.5), quantile(frameMs, 0.99), Math.max(...frameMs)].map(milliseconds)
  const long =
    longTasksMs.length === 0 ? 'none' : `${longTasksMs.length}, the longest ${milliseconds(Math.max(...longTasksMs))}`
  return [
    {
      what: `scrolling the tree, ${PIXELS_PER_FRAME / 26} rows a frame`,
      figure: `${((frameMs.length / total) * 1000).toFixed(0)} frames/s; a frame p50 ${p50}, p99 ${p99}, longest ${worst}`,
      wallSeconds,
    },
    { what: '… tasks of more than 50 ms', figure: long },
    { what: '… frames without a row in the middle', figure: `${blankFrames} of ${frameMs.length}` },
  ]
}
