/** The embedded ClickHouse as a process of its own. */
import { createLogger, loadSettings, runProcess } from '@runlens/runtime'
import { startEmbedded } from './start.ts'
import { hasThreads, runAgainWithThreads } from './thread-pool.ts'

const settings = loadSettings(process.env)
if (hasThreads(process.env, settings.clickhouse.sessions)) {
  const log = createLogger('clickhouse', settings.log.level)
  await runProcess('clickhouse', log, () => startEmbedded(settings, log))
} else {
  runAgainWithThreads(process.env, settings.clickhouse.sessions)
}
