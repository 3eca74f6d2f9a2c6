/** The query API process: answers HTTP at once, questions as soon as ClickHouse and its tables are there. */
import { createLogger, formatAddress, loadSettings, RunlensError, runProcess } from '@runlens/runtime'
import { startQueryApi } from './start.ts'

const log = createLogger('query-api', 'info')

await runProcess('query-api', log, async () => {
  const settings = loadSettings(process.env)
  log.level = settings.log.level
  const { clickhouseUrl } = settings
  if (clickhouseUrl === undefined) {
    throw new RunlensError(
      'config_invalid',
      'RUNLENS_CLICKHOUSE_URL is not set, so the query API knows no ClickHouse',
      'Set it to http://user:password@host:8123/database, or run `npm start`, which starts an embedded one.',
    )
  }
  const api = await startQueryApi({ ...settings, clickhouseUrl }, log)
  return { listen: { http: formatAddress(api.address) }, stop: api.stop }
})
