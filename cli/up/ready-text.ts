/** What `up` prints when everything answers. Pure. */
import { join } from 'node:path'
import type { Settings } from '@runlens/runtime'
import type { StackUrls } from './run-state.ts'

/** The one line `Runlens is ready`, where everything listens, and how to send a first span. */
export function readyText(urls: StackUrls, settings: Pick<Settings, 'dataDir' | 'clickhouseUrl'>): string {
  const clickhouse = settings.clickhouseUrl
    ? 'yours'
    : `user runlens, password in ${join(settings.dataDir, 'clickhouse.password')}`
  return `
Runlens is ready

  OTLP/gRPC    ${urls.otlpGrpc}
  OTLP/HTTP    ${urls.otlpHttp}
  API          ${urls.api}/api/v1/executions
  API docs     ${urls.api}/docs
  ClickHouse   ${urls.clickhouse}  (${clickhouse})
  Data         ${settings.dataDir}

  Send something:  npm run demo                                    (a sample workload)
             or:   OTEL_EXPORTER_OTLP_ENDPOINT=${urls.otlpHttp} <your instrumented program>
  Stop:            Ctrl-C

`
}
