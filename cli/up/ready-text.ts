/** What `up` prints when everything answers. Pure. */
import { join } from 'node:path'
import type { Settings } from '@runlens/runtime'
import type { StackUrls } from './run-state.ts'

/** The one line `Runlens is ready`, where everything listens, and how to send a first span. */
export function readyText(urls: StackUrls, settings: Pick<Settings, 'dataDir' | 'clickhouseUrl'>): string {
  const clickhouse = settings.clickhouseUrl ? ' (yours)' : ', user runlens'
  const password = settings.clickhouseUrl ? '' : `    password   in ${join(settings.dataDir, 'clickhouse.password')}\n`
  return `
Runlens is ready

  Web UI       ${urls.api}/ui/
  OTLP/gRPC    ${urls.otlpGrpc}
  OTLP/HTTP    ${urls.otlpHttp}
  API          ${urls.api}/api/v1/executions
  API docs     ${urls.api}/docs
  ClickHouse   ${urls.clickhouse}${clickhouse}
${password}  Worker       ${urls.worker}/metrics   (the others have /metrics too)
  Data         ${settings.dataDir}

  Try it       npm run demo      (a sample workload, from another terminal)
  Your own     OTEL_EXPORTER_OTLP_ENDPOINT=${urls.otlpHttp} <program>
  Stop         Ctrl-C

`
}
