/** How long the API takes to answer over a large database: the real process, without its cache and without ClickHouse's memory of conditions. */
import { createClickHouse } from '@runlens/clickhouse'
import { fill, spansOf } from '../fill/fill.ts'
import type { FillState } from '../fill/state.ts'
import { benchmark, type Measurement, type Progress } from '../harness/benchmark.ts'
import { readNumber } from '../harness/database.ts'
import { readIntoPageCache } from '../harness/page-cache.ts'
import { clickhouseUrl, inTemporaryDirectory, type Running, startProcess } from '../harness/processes.ts'
import { milliseconds, quantile } from '../harness/quantiles.ts'
import type { AskedQuestion } from '../questions/asked.ts'
import { questionsAbout } from '../questions/questions.ts'

const WARM_UP = 3
/** Of the first question, once: a process that has just started compiles what it runs for the first twenty answers. */
const WARM_UP_OF_PROCESSES = 30
/** What has not ended is still under way, however long ago the database was filled. */
const LOST_AFTER_MS = 10 * 365 * 86_400_000

export const questions = benchmark({
  name: 'questions',
  about: 'answers of the API over a filled database; large ones need a --data-dir that keeps it',
  flags: {
    executions: { about: 'executions in it, ten spans each', default: 20_000 },
    days: { about: 'days over which they are spread', default: 7 },
    'data-dir': { about: 'directory that keeps the database; without one it is filled anew and removed', default: '' },
    askings: { about: 'how often each question is asked', default: 20 },
    'page-cache': {
      about: 'read: the database is read once before it is asked; leave: as the system has it',
      default: 'read',
    },
    only: { about: 'ask only questions whose name has one of these texts, with commas', default: '' },
  },
  byDefault: true,
  run(flags, progress) {
    const { executions, days, askings, only } = flags
    const isRead = flags['page-cache'] === 'read'
    if (!isRead && flags['page-cache'] !== 'leave') throw new Error('--page-cache takes read or leave')
    const measure = async (dataDir: string) => {
      const state = await fill({ dataDir, executions, days, progress })
      if (isRead) progress('reading the database into memory')
      const inMemory = isRead ? await readIntoPageCache(dataDir) : null
      return askAll(dataDir, state, { askings, only: only.split(','), isInMemory: inMemory !== null }, progress)
    }
    return flags['data-dir'] === '' ? inTemporaryDirectory(measure) : measure(flags['data-dir'])
  },
})

interface Askings {
  askings: number
  /** Texts of which the name of a question must have one; '' is in every name. */
  only: readonly string[]
  /** Whether everything was read once before. */
  isInMemory: boolean
}

async function askAll(dataDir: string, state: FillState, { askings, only, isInMemory }: Askings, progress: Progress) {
  const clickhouse = await startProcess('clickhouse', { dataDir })
  const honest = { use_query_condition_cache: '0' }
  const url = clickhouseUrl(dataDir, clickhouse.listen.http!, honest)
  const client = createClickHouse({ url, application: 'runlens-bench' })
  const settings = { api: { cacheMs: 0, lostAfterMs: LOST_AFTER_MS } }
  const api = await startProcess('query-api', { dataDir, clickhouseUrl: url, settings })
  try {
    const remembers = await readNumber(client, "SELECT toUInt8(getSetting('use_query_condition_cache'))")
    if (remembers !== 0) throw new Error('use_query_condition_cache is on, which flatters')
    const parts = await readNumber(client, "SELECT count() FROM system.parts WHERE active AND table = 'executions'")
    const stored = await readNumber(client, 'SELECT count() FROM spans')
    const measurements: Measurement[] = []
    const asked = questionsAbout(state).filter(({ what }) => only.some((text) => what.includes(text)))
    for (let n = 0; n < WARM_UP_OF_PROCESSES && asked[0]; n++) await answerTo(`http://${api.listen.http}`, asked[0], n)
    for (const question of asked) {
      progress(question.what)
      measurements.push(await ask([api, clickhouse], question, askings))
    }
    return {
      data: `${state.executions} executions over ${state.days} days in ${parts} parts, ${stored} spans; each question ${askings} times, one after another, of processes that have answered ${WARM_UP_OF_PROCESSES} before, ${isInMemory ? 'all of it read into memory before' : 'not read into memory before'}, api.cacheMs 0, use_query_condition_cache 0`,
      measurements: [
        ...measurements,
        { what: 'query-api', figure: '', ...api.usage() },
        { what: 'clickhouse', figure: '', ...clickhouse.usage() },
      ],
      faults:
        stored < spansOf(state.executions) ? [`${stored} spans where ${spansOf(state.executions)} were filled in`] : [],
    }
  } finally {
    await client.close()
    await api.stop()
    await clickhouse.stop()
  }
}

async function ask(
  running: readonly [Running, Running],
  question: AskedQuestion,
  askings: number,
): Promise<Measurement> {
  const origin = `http://${running[0].listen.http}`
  const cpuSeconds = () => running.reduce((sum, one) => sum + one.usage().cpuSeconds, 0)
  for (let n = 0; n < WARM_UP; n++) await answerTo(origin, question, n)
  const before = cpuSeconds()
  const times: number[] = []
  let bytes = 0
  let plan = ''
  for (let n = WARM_UP; n < WARM_UP + askings; n++) {
    const begin = performance.now()
    const body = await answerTo(origin, question, n)
    times.push(performance.now() - begin)
    bytes += body.length
    plan = planOf(body)
  }
  const [p50, p95, max] = [0.5, 0.95, 1].map((q) => milliseconds(quantile(times, q)))
  const cpu = milliseconds(((cpuSeconds() - before) * 1000) / askings)
  return {
    what: question.what,
    figure: `p50 ${p50}, p95 ${p95}, max ${max}, CPU ${cpu}`,
    beside: `${(bytes / askings / 1024).toFixed(1)} KiB an answer${plan}`,
  }
}

/** Where the figures were read, as the last `meta` of an answer tells; '' where none does. */
function planOf(body: string): string {
  const source = [...body.matchAll(/"source":"(raw|rollup)"/g)].at(-1)?.[1]
  return source === undefined ? '' : `, ${source}`
}

/** Reads the answer to its end. */
async function answerTo(origin: string, { path, body }: AskedQuestion, n: number): Promise<string> {
  const sent = body && {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body(n)),
  }
  const answer = await fetch(origin + path(n), sent)
  const text = await answer.text()
  if (answer.status !== 200) throw new Error(`${path(n)} was answered with ${answer.status}: ${text.slice(0, 300)}`)
  return text
}
