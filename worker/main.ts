/** The worker process. */
import { createClickHouse } from '@runlens/clickhouse'
import { settle } from '@runlens/mapping'
import {
  createLogger,
  EXIT_CANNOT_START,
  formatAddress,
  loadSettings,
  RunlensError,
  runProcess,
} from '@runlens/runtime'
import { createMetrics } from './metrics.ts'
import { startOwnServer } from './own-server.ts'
import { startWorker } from './worker.ts'

const log = createLogger('worker', 'info')

await runProcess('worker', log, async () => {
  const settings = loadSettings(process.env)
  log.level = settings.log.level
  if (!settings.clickhouseUrl) {
    throw new RunlensError(
      'config_invalid',
      'The worker needs RUNLENS_CLICKHOUSE_URL',
      'Set it to http://user:password@host:8123/database, or start everything with npm start.',
    )
  }
  const metrics = createMetrics()
  const pages = await startOwnServer(settings.workerAddress, {
    registry: metrics.registry,
    // Nobody is answered before this turn ends, and the worker is there by then.
    notReady: () => (worker.started ? undefined : 'waiting for ClickHouse and its tables'),
  })
  const client = createClickHouse({
    url: settings.clickhouseUrl,
    dataDir: settings.dataDir,
    application: 'runlens-worker',
  })
  const worker = startWorker({ client, log, settings, settle, metrics })
  worker.done.catch((error: unknown) => {
    const known = error instanceof RunlensError
    log.fatal(known ? { code: error.code, hint: error.hint } : { err: error }, known ? error.message : 'worker ended')
    process.exit(known ? EXIT_CANNOT_START : 1)
  })
  return {
    listen: { http: formatAddress(pages.address) },
    stop: async () => {
      await worker.stop()
      await pages.stop()
      await client.close()
    },
  }
})
