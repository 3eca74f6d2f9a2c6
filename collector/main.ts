/** The collector as a process of its own. */
import { createLogger, loadSettings, runProcess } from '@runlens/runtime'
import { startCollector } from './start.ts'

const log = createLogger('collector', 'info')
await runProcess('collector', log, async () => {
  const settings = loadSettings(process.env)
  log.level = settings.log.level
  return startCollector(settings, log)
})
