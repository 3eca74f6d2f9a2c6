/** The figures of every process of the stack, asked at once. */
import type { StackUrls } from '../up/run-state.ts'
import { fetchText } from './fetch-text.ts'
import { Figures } from './prometheus.ts'

/** Undefined for a process that does not answer, which is told elsewhere, or that is not ours. */
export interface StackFigures {
  collector: Figures | undefined
  worker: Figures | undefined
  api: Figures | undefined
  clickhouse: Figures | undefined
}

/** @param embedded whether ClickHouse is ours and has these pages */
export async function scrapeStack(urls: StackUrls, embedded: boolean): Promise<StackFigures> {
  const [collector, worker, api, clickhouse] = await Promise.all([
    scrape(urls.otlpHttp),
    scrape(urls.worker),
    scrape(urls.api),
    embedded ? scrape(urls.clickhouse) : undefined,
  ])
  return { collector, worker, api, clickhouse }
}

async function scrape(url: string): Promise<Figures | undefined> {
  const answer = await fetchText(`${url}/metrics`)
  return answer.kind === 'answer' && answer.status === 200 ? new Figures(answer.text) : undefined
}
