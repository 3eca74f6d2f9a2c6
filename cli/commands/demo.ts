/** `runlens demo`: a sample workload of workflows, agents, queries and services, sent as OTLP. */
import { loadSettings } from '@runlens/runtime'
import type { Command } from 'commander'
import type { CommandContext } from '../context.ts'
import { parseEndpoint, parseHeaders } from '../demo/endpoint.ts'
import { startPrograms } from '../demo/live-programs.ts'
import { type PlayOptions, playHistory, playLive } from '../demo/play.ts'
import { createSender } from '../demo/sender.ts'
import { createTally, tallyText } from '../demo/tally.ts'
import { parseCount, parseDuration } from '../duration.ts'
import { createProgress } from '../progress.ts'
import { addSettingFlags, withSettingFlags } from '../settings-options.ts'
import { reachable } from '../up/reachable.ts'
import { readRunningState } from '../up/run-state.ts'

interface DemoFlags {
  endpoint?: string
  seed: number
  rate: number
  live?: true
  history?: number
  for?: number
}

const DEFAULT_HISTORY_MS = 3_600_000

const EXAMPLES = `
Without --live or --history: the last hour at once, then live until Ctrl-C.

Examples:
  $ npm run demo                                    an hour of history, then live
  $ npm run demo -- --history 7d                    a week with its nights and weekend, then ends
  $ npm run demo -- --live --rate 600 --for 5m      600 executions a minute, for five minutes
  $ npm run demo -- --endpoint http://otel:4318     to another collector

Where the collector asks for a key: OTEL_EXPORTER_OTLP_HEADERS="x-api-key=<key>", as for any exporter.
The same seed tells the same history: sending it twice changes no count. Live, programs of our own instrumentation
really run: what they do shows from its start.`

export function addDemoCommand(program: Command, context: CommandContext): void {
  const command = program
    .command('demo')
    .description('send a sample workload: workflows, agents, database queries, services')
    .option('--live', 'play as time passes, until Ctrl-C or --for')
    .option('--history <duration>', 'send the past at once, e.g. 12h or 7d', parseDuration)
    .option('--for <duration>', 'how long to play live, e.g. 5m', parseDuration)
    .option('--rate <n>', 'executions a minute in the busiest hour', parseCount, 60)
    .option('--seed <n>', 'another seed, another story', parseCount, 1)
    .option('--endpoint <url>', 'OTLP/HTTP of a collector; default: the stack that runs here', parseEndpoint)
  addSettingFlags(command, ['dataDir', 'otlpHttp'])
    .addHelpText('after', EXAMPLES)
    .action((flags: DemoFlags) => demo(context, flags))
}

async function demo(context: CommandContext, flags: DemoFlags): Promise<void> {
  const endpoint = flags.endpoint ?? findEndpoint(context, flags)
  const sender = createSender({
    endpoint,
    headers: parseHeaders(context.environment.OTEL_EXPORTER_OTLP_HEADERS),
    signal: context.stop,
    waiting: (why) => context.err(`No answer yet (${why}); trying for a minute. Does it run?  npm start\n`),
  })
  const tally = createTally()
  const progress = createProgress(context.err, context.progress)
  const play: PlayOptions = {
    seed: flags.seed,
    ratePerMinute: flags.rate,
    rhythm: true,
    sender,
    tally,
    onProgress: (atMs) => progress.update(`${new Date(atMs).toISOString().slice(0, 16)}  ${tallyText(tally)}`),
  }
  const now = Date.now()
  const historyMs = flags.history ?? (flags.live ? 0 : DEFAULT_HISTORY_MS)
  const live = flags.live === true || flags.history === undefined
  context.err(`Sending to ${endpoint} (seed ${flags.seed})${live ? '; Ctrl-C ends' : ''}\n`)
  try {
    if (historyMs > 0) await playHistory(play, now - historyMs, now, context.stop)
    const untilMs = flags.for === undefined ? Number.POSITIVE_INFINITY : Date.now() + flags.for
    // Live follows the rate as given: somebody is watching, at whatever hour.
    if (live) await liveUntil({ ...play, rhythm: false }, now, untilMs, context, endpoint)
  } catch (error) {
    if (!context.stop.aborted) throw error
  } finally {
    progress.done()
    const { rejected, resends } = sender.sent
    context.out(`Sent ${tallyText(tally)}; ${rejected} spans rejected, ${resends} requests sent again\n`)
  }
}

async function liveUntil(
  play: PlayOptions,
  fromMs: number,
  untilMs: number,
  { environment, stop }: CommandContext,
  endpoint: string,
): Promise<void> {
  const { tally, onProgress } = play
  const programs = await startPrograms({ endpoint, environment, tally, onReport: () => onProgress(Date.now()) })
  try {
    await playLive({ ...play, programs }, fromMs, untilMs, stop)
    await programs.settled()
  } finally {
    await programs.stop()
  }
}

function findEndpoint(context: CommandContext, flags: DemoFlags): string {
  const settings = loadSettings(withSettingFlags(context.environment, { ...flags }))
  return readRunningState(settings.dataDir)?.urls.otlpHttp ?? `http://${reachable(settings.otlpHttp)}`
}
