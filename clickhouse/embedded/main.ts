/** The embedded ClickHouse as a process of its own. */
import { createLogger, loadSettings, runProcess, type Settings } from '@runlens/runtime'
import { startEmbedded } from './start.ts'
import { hasThreads, runAgainWithThreads } from './thread-pool.ts'

const log = createLogger('clickhouse', 'info')

async function run(settings: Settings): Promise<void> {
  log.level = settings.log.level
  if (!hasThreads(process.env, settings.clickhouse.sessions)) {
    runAgainWithThreads(process.env, settings.clickhouse.sessions)
    return
  }
  await runProcess('clickhouse', log, () => startEmbedded(settings, log))
}

try {
  await run(loadSettings(process.env))
} catch (fault) {
  await runProcess('clickhouse', log, () => Promise.reject(fault))
}
