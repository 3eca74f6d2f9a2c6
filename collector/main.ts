/** The collector as a process of its own. */
import { createLogger, loadSettings, runProcess } from '@runlens/runtime'
import { collectGarbageRarely } from './garbage.ts'
import { startCollector } from './start.ts'

const log = createLogger('collector', 'info')
collectGarbageRarely()
await runProcess('collector', log, async () => {
  const settings = loadSettings(process.env)
  log.level = settings.log.level
  return startCollector(settings, log)
})
