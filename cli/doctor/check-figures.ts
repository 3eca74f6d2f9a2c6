/** All that the processes' own figures tell. */
import type { Settings } from '@runlens/runtime'
import type { StackUrls } from '../up/run-state.ts'
import { checkApi } from './check-api.ts'
import { checkCollector } from './check-collector.ts'
import { checkEmbedded } from './check-embedded.ts'
import { checkEventLoops } from './check-event-loops.ts'
import { checkWorker } from './check-worker.ts'
import type { Finding } from './finding.ts'
import { scrapeStack } from './scrape.ts'

/** @param now Unix milliseconds */
export async function checkFigures(settings: Settings, urls: StackUrls, now: number): Promise<Finding[]> {
  const stack = await scrapeStack(urls, settings.clickhouseUrl === undefined)
  const { collector, worker, api, clickhouse } = stack
  return [
    ...(collector ? checkCollector(collector, now) : []),
    ...(worker ? checkWorker(settings, worker) : []),
    ...(api ? checkApi(api, now) : []),
    ...(clickhouse ? checkEmbedded(clickhouse, now) : []),
    checkEventLoops(stack),
  ]
}
