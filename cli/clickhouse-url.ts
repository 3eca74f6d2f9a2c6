/** Which ClickHouse a command talks to: the one of the settings, else the embedded one of the stack that runs here. */
import { parseAddress, RunlensError, type Settings } from '@runlens/runtime'
import { embeddedUrl } from './up/clickhouse-access.ts'
import { readRunningState } from './up/run-state.ts'

/** With credentials. @throws RunlensError `clickhouse_unreachable` when none is configured and no stack runs here */
export function findClickHouse(settings: Settings): string {
  if (settings.clickhouseUrl) return settings.clickhouseUrl
  const state = readRunningState(settings.dataDir)
  const url =
    state && embeddedUrl(settings.dataDir, parseAddress(new URL(state.urls.clickhouse).host, 'RUNLENS_CLICKHOUSE'))
  if (url) return url
  throw new RunlensError(
    'clickhouse_unreachable',
    `No stack runs on ${settings.dataDir}, and RUNLENS_CLICKHOUSE_URL names no ClickHouse`,
    'Start the stack (npm start), or give --clickhouse-url http://user:password@host:8123/database.',
  )
}
