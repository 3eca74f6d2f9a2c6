/** What `up` prints when ClickHouse's directory is damaged. Pure. */
import { join } from 'node:path'
import type { ComponentFault, StackUrls } from './run-state.ts'

/** What is wrong, what goes on, and what to do; `up` goes on by itself when it is done. */
export function damageText({ code, message }: ComponentFault, urls: StackUrls, dataDir: string): string {
  return `
${code}: ${message}

  Spans are taken meanwhile and wait in ${join(dataDir, 'spool')}, until spool.bytesMax is reached:
    OTLP/gRPC    ${urls.otlpGrpc}
    OTLP/HTTP    ${urls.otlpHttp}

  What to do     restore ${join(dataDir, 'clickhouse')} from a backup (docs/howto/back-up.md), or move it away
                 to begin with an empty database. It is tried again every few seconds; nothing has to be restarted.
  Read more      docs/errors.md#${code}

`
}
