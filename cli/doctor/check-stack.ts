/** The processes: which run, since when, how often they crashed, and whether they answer. */
import { isAlive, type Settings } from '@runlens/runtime'
import { STACK_COMPONENTS } from '../up/plan.ts'
import { resolvePorts, type WantedPort } from '../up/ports.ts'
import { type RunState, readRunState } from '../up/run-state.ts'
import { fetchText } from './fetch-text.ts'
import { type Finding, fault, info, ok, warning } from './finding.ts'
import { formatMs } from './format.ts'

const TRIED = 'It is tried again every few seconds; spans wait in the spool meanwhile.'

/**
 * @param state of the running stack, undefined when none runs
 * @param now Unix milliseconds
 */
export async function checkStack(settings: Settings, state: RunState | undefined, now: number): Promise<Finding[]> {
  if (!state) {
    const leftovers = (readRunState(settings.dataDir)?.processes ?? []).filter(isAlive)
    return [
      fault('stack', `does not run on ${settings.dataDir}`, 'Start it: npm start'),
      ...leftovers.map((one) =>
        warning(
          `process.${one.component}`,
          `process ${one.pid} of an earlier run still ends`,
          'Wait a moment; the next start waits too.',
        ),
      ),
      ...(await checkPorts(settings)),
    ]
  }
  const age = formatMs(now - Date.parse(state.started_at))
  return [
    state.ready
      ? ok('stack', `runs since ${age} (process ${state.supervisor.pid}, version ${state.version})`)
      : warning(
          'stack',
          `is starting since ${age}`,
          'If this takes longer than a minute, its log says what it waits for.',
        ),
    ...(await checkProcesses(settings, state)),
    info('otlp.grpc', state.urls.otlpGrpc),
    ...(await Promise.all([
      checkAnswer('otlp.http', `${state.urls.otlpHttp}/readyz`),
      checkAnswer('api', `${state.urls.api}/readyz`),
      checkAnswer('worker', `${state.urls.worker}/readyz`),
    ])),
  ]
}

async function checkProcesses(settings: Settings, state: RunState): Promise<Finding[]> {
  const expected = STACK_COMPONENTS.filter((component) => component !== 'clickhouse' || !settings.clickhouseUrl)
  return expected.map((component) => {
    const check = `process.${component}`
    const found = state.processes.find((one) => one.component === component)
    const blocked = state.faults.find((one) => one.component === component)
    if (blocked) return fault(check, `cannot start, ${blocked.code}: ${blocked.message}`, `${blocked.hint}\n${TRIED}`)
    if (!found && !state.ready && state.faults.length > 0) {
      return fault(check, 'is not started yet', `It waits for what is told at process.${state.faults[0]?.component}.`)
    }
    if (!found || !isAlive(found)) {
      return fault(
        check,
        'does not run right now',
        'It is started again by itself; the log of runlens up says why it ended.',
      )
    }
    const text = `process ${found.pid}`
    if (found.restarts === 0) return ok(check, text)
    const times = found.restarts === 1 ? 'once' : `${found.restarts} times`
    return warning(check, `${text}, started again ${times}`, 'The log of runlens up says why it ended.')
  })
}

/** With nothing running, whether the next start would find its ports free. */
async function checkPorts(settings: Settings): Promise<Finding[]> {
  const wanted: [string, WantedPort][] = [
    ['port.otlp-grpc', { setting: 'RUNLENS_OTLP_GRPC', address: settings.otlpGrpc }],
    ['port.otlp-http', { setting: 'RUNLENS_OTLP_HTTP', address: settings.otlpHttp }],
    ['port.api', { setting: 'RUNLENS_API', address: settings.apiAddress }],
    ['port.worker', { setting: 'RUNLENS_WORKER', address: settings.workerAddress }],
  ]
  if (!settings.clickhouseUrl) {
    wanted.push(['port.clickhouse', { setting: 'RUNLENS_CLICKHOUSE', address: settings.clickhouseAddress }])
  }
  return Promise.all(
    wanted.map(async ([check, one]) => {
      try {
        const [address] = await resolvePorts([one])
        return ok(check, `${address?.host}:${address?.port} is free`)
      } catch (error) {
        const { message, hint } = error as { message: string; hint?: string }
        return fault(check, message, hint ?? '')
      }
    }),
  )
}

async function checkAnswer(check: string, url: string): Promise<Finding> {
  const answer = await fetchText(url)
  if (answer.kind === 'answer' && answer.status === 200) return ok(check, `${new URL(url).origin} is ready`)
  const why = answer.kind === 'answer' ? `answers ${answer.status}: ${reason(answer.text)}` : answer.why
  return fault(check, `${url} ${why}`, 'The lines of its process in the log of runlens up say what it lacks.')
}

/** What an answer says to a person: the title and detail of a problem document, else its beginning. */
function reason(text: string): string {
  try {
    const { title, detail } = JSON.parse(text) as { title?: string; detail?: string }
    if (title) return detail ? `${title}. ${detail}` : title
  } catch {
    // Not JSON: shown as it is.
  }
  return text.slice(0, 200)
}
